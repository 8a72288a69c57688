/** "owner/name" */
export type Repository = string;
