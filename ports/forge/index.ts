export * as github from './github.ts';
