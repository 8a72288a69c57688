import type { Reply } from '../http/exchange.ts';
import type { Emulator } from './emulator.ts';

/** What the emulator knows of an object. */
export interface StoredObject {
  readonly name: string;
  readonly bucket: string;
  readonly generation: string;
  readonly size: string;
  readonly crc32c: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Forwarded {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export async function forward({ url }: Emulator, { method, path, headers = {}, body }: Forwarded): Promise<Reply & { readonly body: Buffer }> {
  const answer = await fetch(url + path, { method, headers, redirect: 'manual', ...(body && body.length > 0 && { body: new Uint8Array(body) }) });
  const kept = [...answer.headers].filter(([name]) => name === 'content-type' || name.startsWith('x-goog-'));
  return { status: answer.status, headers: Object.fromEntries(kept), body: Buffer.from(await answer.arrayBuffer()) };
}

export function objectPath(bucket: string, name: string): string {
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
}

export async function findObject(emulator: Emulator, bucket: string, name: string): Promise<StoredObject | undefined> {
  const { status, body } = await forward(emulator, { method: 'GET', path: objectPath(bucket, name) });
  return status === 200 ? (JSON.parse(body.toString()) as StoredObject) : undefined;
}

/** A person's doing, behind the journal's back: makes the bucket, and in it each file, or takes it away where it is null. */
export async function putByPerson(emulator: Emulator, { bucket, files }: { bucket: string; files: Readonly<Record<string, string | Buffer | null>> }): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await expecting([200, 409], forward(emulator, { method: 'POST', path: '/storage/v1/b', headers, body: Buffer.from(JSON.stringify({ name: bucket })) }));
  for (const [name, content] of Object.entries(files)) {
    const upload = `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${encodeURIComponent(name)}`;
    const request = content === null ? { method: 'DELETE', path: objectPath(bucket, name) } : { method: 'POST', path: upload, headers, body: Buffer.from(content) };
    await expecting([200], forward(emulator, request));
  }
}

async function expecting(statuses: readonly number[], answer: Promise<Reply & { readonly body: Buffer }>): Promise<void> {
  const { status, body } = await answer;
  if (!statuses.includes(status)) throw new Error(`fake-gcs-server answered ${status}: ${body.toString()}`);
}

/** Every object of every bucket, without what differs from run to run. */
export async function canonicalObjects(emulator: Emulator): Promise<Readonly<Record<string, unknown>>> {
  const objects: [string, unknown][] = [];
  for (const bucket of await items<{ name: string }>(emulator, '/storage/v1/b?')) {
    const path = `/storage/v1/b/${encodeURIComponent(bucket.name)}/o?`;
    for (const { name, size, crc32c, metadata } of await items<StoredObject>(emulator, path)) {
      objects.push([`${bucket.name}/${name}`, { size, crc32c, ...(metadata && { metadata }) }]);
    }
  }
  return Object.fromEntries(objects.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function items<T>(emulator: Emulator, path: string): Promise<readonly T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const { body } = await forward(emulator, { method: 'GET', path: `${path}maxResults=1000${token ? `&pageToken=${encodeURIComponent(token)}` : ''}` });
    const page = JSON.parse(body.toString()) as { items?: T[]; nextPageToken?: string };
    found.push(...(page.items ?? []));
    token = page.nextPageToken;
  } while (token);
  return found;
}
