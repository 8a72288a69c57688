export * as gitlab from './gitlab.ts';
export * as unleash from './unleash.ts';
