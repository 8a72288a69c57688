export * as jira from './jira.ts';
