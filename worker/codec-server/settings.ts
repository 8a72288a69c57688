import { z } from 'zod';
import { settings } from '../../ports/adapter.ts';
import type { Variables } from '../../ports/adapter.ts';
import type { Issuer } from './admission.ts';

/** Only this machine can reach these. */
const loopback = ['127.0.0.1', '::1', 'localhost'];

/** The codec server's variables, besides the keys and Temporal's own. Documented in docs/configuration.md. */
export function codecServerSettings(environment: Variables) {
  const read = settings(environment, {
    SLIPWAY_UI: z.url({ protocol: /^https?$/ }),
    SLIPWAY_PAYLOAD_KEYS: z.string(),
    SLIPWAY_CODEC_HOST: z.string().min(1).default('127.0.0.1'),
    SLIPWAY_CODEC_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
    SLIPWAY_CODEC_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
    SLIPWAY_CODEC_ISSUER: z.url().optional(),
    SLIPWAY_CODEC_AUDIENCE: z.string().min(1).optional(),
    SLIPWAY_CODEC_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
    SLIPWAY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  });
  const issuer = issuerOf(read.SLIPWAY_CODEC_ISSUER, read.SLIPWAY_CODEC_AUDIENCE, read.SLIPWAY_CODEC_JWKS_URL);
  if (read.SLIPWAY_CODEC_TOKEN === undefined && !issuer && !loopback.includes(read.SLIPWAY_CODEC_HOST)) {
    throw new Error(`SLIPWAY_CODEC_TOKEN, or SLIPWAY_CODEC_ISSUER, must be set where others can reach the codec server (SLIPWAY_CODEC_HOST is ${read.SLIPWAY_CODEC_HOST})`);
  }
  return {
    /** Of the UI: the only one whose pages may read what is decrypted. */
    origin: new URL(read.SLIPWAY_UI).origin,
    token: read.SLIPWAY_CODEC_TOKEN,
    issuer,
    host: read.SLIPWAY_CODEC_HOST,
    /** 0 takes any free one. */
    port: read.SLIPWAY_CODEC_PORT,
    logLevel: read.SLIPWAY_LOG_LEVEL,
  } as const;
}

function issuerOf(issuer: string | undefined, audience: string | undefined, jwks: string | undefined): Issuer | undefined {
  if (issuer === undefined && audience === undefined && jwks === undefined) return undefined;
  if (issuer === undefined || audience === undefined || jwks === undefined) throw new Error('SLIPWAY_CODEC_ISSUER, SLIPWAY_CODEC_AUDIENCE and SLIPWAY_CODEC_JWKS_URL: all three or none');
  return { issuer, audience, jwks: new URL(jwks) };
}
