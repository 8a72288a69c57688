import { z } from 'zod';
import { settings } from '../../ports/adapter.ts';
import type { Variables } from '../../ports/adapter.ts';

const secret = z.string().min(16, 'must have at least 16 characters');

/** The receiver's variables, besides Temporal's own. Documented in docs/configuration.md. */
export function receiverSettings(environment: Variables) {
  const read = settings(environment, {
    GITHUB_WEBHOOK_SECRET: secret,
    GITHUB_WEBHOOK_SECRET_PREVIOUS: secret.optional(),
    JIRA_WEBHOOK_SECRET: secret.optional(),
    JIRA_WEBHOOK_SECRET_PREVIOUS: secret.optional(),
    SLIPWAY_WEBHOOK_HOST: z.string().min(1).default('127.0.0.1'),
    SLIPWAY_WEBHOOK_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    SLIPWAY_CATALOG: z.string().min(1).default('slipway.yaml'),
    SLIPWAY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  });
  return {
    secrets: {
      github: { current: read.GITHUB_WEBHOOK_SECRET, previous: read.GITHUB_WEBHOOK_SECRET_PREVIOUS },
      jira: read.JIRA_WEBHOOK_SECRET === undefined ? undefined : { current: read.JIRA_WEBHOOK_SECRET, previous: read.JIRA_WEBHOOK_SECRET_PREVIOUS },
    },
    host: read.SLIPWAY_WEBHOOK_HOST,
    /** 0 takes any free one. */
    port: read.SLIPWAY_WEBHOOK_PORT,
    catalog: read.SLIPWAY_CATALOG,
    logLevel: read.SLIPWAY_LOG_LEVEL,
  } as const;
}
