import type { Storage } from '@google-cloud/storage';
import { Pool } from 'undici';
import { neverRetry, tryAgain } from '../../failures.ts';
import { crc32c, crc32cText } from '../crc32c.ts';
import type { Artifact, ArtifactStore } from '../store.ts';
import { gcsFailure, refusal } from './failures.ts';

export interface MediaSettings {
  readonly connections: number;
  /** Longest wait for a whole artifact, in ms. */
  readonly timeoutMs: number;
}

/**
 * Downloads over connections that are kept alive: the client itself spends several times as long on each of many small files.
 * It only lends its credentials, and none to a stand-in that it would not send them to either.
 */
export function gcsMedia(storage: Storage, { connections, timeoutMs }: MediaSettings): Pick<ArtifactStore, 'read' | 'stream'> {
  const { origin, pathname } = new URL(storage.apiEndpoint);
  const pool = new Pool(origin, { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const authenticated = !storage.customEndpoint || storage.useAuthWithCustomEndpoint;

  async function* stream(artifact: Artifact, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const { bucket, name, generation, size } = artifact;
    const asked = `read gs://${bucket}/${name}#${generation}`;
    const path = `${pathname.replace(/\/$/, '')}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?alt=media&generation=${generation}`;
    // A signal of its own for each of many small files would cost as much again as the files.
    const deadline = performance.now() + timeoutMs;
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'GET',
        path,
        // Else GCS unpacks what was stored compressed, and the bytes are not those that it has the checksum of.
        headers: { 'accept-encoding': 'gzip', ...(authenticated && (await storage.authClient.getRequestHeaders(storage.apiEndpoint))) },
        ...(signal && { signal }),
      });
      if (statusCode === 404) {
        await body.dump();
        throw tryAgain('Conflict', `${asked}: it is gone, or another one has taken its place since`);
      }
      if (statusCode !== 200) throw refusal({ status: statusCode, said: await body.text(), retryAfter: String(headers['retry-after'] ?? '') }, asked);
      if (headers['x-goog-stored-content-encoding'] === 'gzip') {
        throw neverRetry('InvalidInput', `${asked}: it is stored with Content-Encoding gzip; store it as it is`);
      }

      let [received, sum] = [0, 0];
      for await (const chunk of body as AsyncIterable<Buffer>) {
        received += chunk.length;
        if (received > size) break;
        if (performance.now() > deadline) throw tryAgain('Unavailable', `${asked}: it took longer than ${timeoutMs} ms`);
        sum = crc32c(chunk, sum);
        yield chunk;
      }
      if (received !== size) throw tryAgain('Unavailable', `${asked}: ${received} bytes arrived, ${size} were stored`);
      if (crc32cText(sum) !== artifact.crc32c) throw tryAgain('Unavailable', `${asked}: it arrived damaged (crc32c ${crc32cText(sum)}, stored ${artifact.crc32c})`);
    } catch (error) {
      throw gcsFailure(error, asked);
    }
  }

  return {
    stream,
    async read(artifact, signal) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(artifact, signal)) chunks.push(chunk);
      return Buffer.concat(chunks, artifact.size);
    },
  };
}
