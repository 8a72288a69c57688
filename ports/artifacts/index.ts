export * as gcs from './gcs.ts';
