export * as http from './http.ts';
export * as prometheus from './prometheus.ts';
export * as sentry from './sentry.ts';
