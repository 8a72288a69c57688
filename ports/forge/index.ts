export * as github from './github/github.ts';
