import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter } from '@temporalio/common';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { settings } from '../ports/adapter.ts';
import type { Variables } from '../ports/adapter.ts';
import { payloadCodec } from './payload-codec.ts';
import { payloadKeys } from './payload-keys.ts';

const local = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** How failures are written: as what has keys, or without. */
export const failureConverters = { encoded: local('encoded-failures.cjs'), plain: local('plain-failures.cjs') } as const;
export const payloadConverterPath = local('payload-converter.cjs');

/**
 * What every process of Slipway reads and writes its payloads with: encrypted, where there are keys. One without keys still says which one
 * it lacks for an encrypted payload.
 *
 * @throws an Error that names the variable that is wrong, without its value
 */
export function dataConverter(environment: Variables, namespace: string): DataConverter & { readonly payloadCodecs: readonly [PayloadCodec] } {
  const { SLIPWAY_PAYLOAD_KEYS: keys = [] } = settings(environment, { SLIPWAY_PAYLOAD_KEYS: payloadKeys.optional() });
  const failureConverterPath = keys.length > 0 ? failureConverters.encoded : failureConverters.plain;
  return { payloadCodecs: [payloadCodec({ keys, namespace })], failureConverterPath };
}

/** What a worker reads and writes them with: what somebody has sent to a workflow and can't be read reaches it as that, in place of stopping it. */
export function workerDataConverter(environment: Variables, namespace: string): DataConverter {
  const { payloadCodecs: [codec], ...rest } = dataConverter(environment, namespace);
  return { ...rest, payloadConverterPath, payloadCodecs: [forgiving(codec)] };
}

function forgiving(codec: PayloadCodec): PayloadCodec {
  return {
    ...codec,
    async decode(payloads, context) {
      if (context?.type !== 'workflow') return codec.decode(payloads);
      const decoded = await Promise.allSettled(payloads.map((payload) => codec.decode([payload])));
      return decoded.flatMap((one) => (one.status === 'fulfilled' ? one.value : defaultPayloadConverter.toPayload({ 'slipway/unreadable': (one.reason as Error).message })));
    },
  };
}
