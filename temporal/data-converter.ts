import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { settings } from '../ports/adapter.ts';
import type { Environment } from '../ports/adapter.ts';
import { payloadCodec } from './payload-codec.ts';
import { payloadKeys } from './payload-keys.ts';

export const encodedFailures = fileURLToPath(new URL('./encoded-failures.cjs', import.meta.url));

/**
 * What every process of Slipway reads and writes its payloads with: encrypted, where there are keys. One without keys still says which one
 * it lacks for an encrypted payload.
 *
 * @throws an Error that names the variable that is wrong, without its value
 */
export function dataConverter(environment: Environment, namespace: string): DataConverter {
  const { SLIPWAY_PAYLOAD_KEYS: keys = [] } = settings(environment, { SLIPWAY_PAYLOAD_KEYS: payloadKeys.optional() });
  return { payloadCodecs: [payloadCodec({ keys, namespace })], ...(keys.length > 0 && { failureConverterPath: encodedFailures }) };
}
