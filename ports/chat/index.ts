export * as slack from './slack.ts';
