import { pipeline } from 'node:stream/promises';
import { Storage } from '@google-cloud/storage';
import type { FileMetadata } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { tryAgain } from '../failures.ts';
import { assertStillOurs } from '../pulse.ts';
import { gcsFailure, statusOf } from './gcs/failures.ts';
import { gcsMedia } from './gcs/media.ts';
import type { Artifact, ArtifactStore, NewArtifact, StorePermission } from './store.ts';

export interface GcsSettings {
  /** Root of a stand-in of GCS. */
  readonly endpoint?: string | undefined;
  /** An access token; without one, and without an endpoint, Google's application default credentials are used. */
  readonly token?: string | undefined;
  /** Longest wait for one answer, in ms. Keep it below the time that an attempt of an activity has. */
  readonly timeoutMs?: number | undefined;
  /** Connections for downloads. */
  readonly connections?: number | undefined;
}

/** Google Cloud Storage. The client's own retries are off: it would take a lost reply for somebody else's object. */
export function connectGcs({ endpoint, token, timeoutMs = 20_000, connections = 64 }: GcsSettings = {}): ArtifactStore {
  const storage = new Storage({
    ...(endpoint && { apiEndpoint: endpoint }),
    ...(token && { authClient: bearer(token), useAuthWithCustomEndpoint: true }),
    retryOptions: { autoRetry: false },
    timeout: timeoutMs,
  });

  return {
    async list(bucket, prefix) {
      const found: Artifact[] = [];
      const query = { prefix, autoPaginate: false, maxResults: 1_000, fields: `items(${fields}),nextPageToken` };
      try {
        for (let page: object | null = query; page; ) {
          const [, next, answer] = (await storage.bucket(bucket).getFiles(page)) as [unknown, object | null, { items?: FileMetadata[] }];
          if (!isAnswer(answer)) throw tryAgain('Unavailable', `not GCS, but something in between has answered to list gs://${bucket}/${prefix}`);
          found.push(...(answer.items ?? []).map((metadata) => artifactOf(bucket, metadata)));
          page = next;
        }
        return found;
      } catch (error) {
        throw gcsFailure(error, `list gs://${bucket}/${prefix}`);
      }
    },

    async find(bucket, name) {
      try {
        const [metadata] = await storage.bucket(bucket).file(name).getMetadata();
        return artifactOf(bucket, metadata);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw gcsFailure(error, `find gs://${bucket}/${name}`);
      }
    },

    ...gcsMedia(storage, { connections, timeoutMs }),

    async create({ bucket, name, content, ...artifact }) {
      const file = storage.bucket(bucket).file(name);
      await assertStillOurs(`create gs://${bucket}/${name}`);
      try {
        await pipeline(content(), file.createWriteStream(uploadOptions(artifact)));
        return artifactOf(bucket, file.metadata);
      } catch (error) {
        throw gcsFailure(error, `create gs://${bucket}/${name}`);
      }
    },

    async copy({ bucket, name, generation }, to, { replaces } = {}) {
      await assertStillOurs(`copy gs://${bucket}/${name} to ${to}`);
      try {
        // Within a bucket a copy is done at once: the client's later requests for a long one would forget the precondition.
        const source = storage.bucket(bucket).file(name, { generation });
        const [, answer] = await source.copy(storage.bucket(bucket).file(to), { preconditionOpts: { ifGenerationMatch: replaces ?? 0 } });
        return artifactOf(bucket, (answer as { resource: FileMetadata }).resource);
      } catch (error) {
        throw gcsFailure(error, `copy gs://${bucket}/${name}#${generation} to ${to}`);
      }
    },

    async allowed(bucket) {
      try {
        const [granted] = await storage.bucket(bucket).iam.testPermissions(Object.values(permissions));
        return (Object.keys(permissions) as StorePermission[]).filter((verb) => (granted as Record<string, boolean>)[permissions[verb]]);
      } catch (error) {
        throw gcsFailure(error, `test the permissions on gs://${bucket}/`);
      }
    },

    async remove({ bucket, name, generation }) {
      await assertStillOurs(`remove gs://${bucket}/${name}`);
      try {
        await storage.bucket(bucket).file(name).delete({ ifGenerationMatch: generation });
      } catch (error) {
        if (statusOf(error) === 404) return;
        throw gcsFailure(error, `remove gs://${bucket}/${name}#${generation}`);
      }
    },
  };
}

export function fromEnvironment(environment: Variables): ArtifactStore {
  const { GCS_ENDPOINT, GCS_TOKEN, GCS_TIMEOUT_MS, STORAGE_EMULATOR_HOST } = settings(environment, {
    GCS_ENDPOINT: z.url().optional(),
    GCS_TOKEN: z.string().optional(),
    GCS_TIMEOUT_MS: z.coerce.number().int().positive().optional(),
    STORAGE_EMULATOR_HOST: z.string().optional(),
  });
  if (STORAGE_EMULATOR_HOST) throw new Error('STORAGE_EMULATOR_HOST: the client would read from there whatever else is set. Use GCS_ENDPOINT instead');
  return connectGcs({ endpoint: GCS_ENDPOINT, token: GCS_TOKEN, timeoutMs: GCS_TIMEOUT_MS });
}

const permissions = {
  create: 'storage.objects.create',
  list: 'storage.objects.list',
  read: 'storage.objects.get',
  remove: 'storage.objects.delete',
} satisfies Record<StorePermission, string>;

const fields = 'name,generation,size,crc32c,md5Hash,contentEncoding,timeCreated,metadata';

function bearer(token: string): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token });
  return client;
}

function uploadOptions({ contentType, crc32c, md5, key, sha256, revalidated, replaces }: Omit<NewArtifact, 'bucket' | 'name' | 'content'>) {
  return {
    resumable: false,
    // The client's own check would delete whatever is there, unguarded. GCS checks before the object can be seen.
    validation: false,
    metadata: {
      contentType,
      crc32c,
      md5Hash: md5,
      ...(revalidated && { cacheControl: 'no-cache' }),
      metadata: { 'slipway-key': key, ...(sha256 !== undefined && { 'slipway-sha256': sha256 }) },
    },
    preconditionOpts: { ifGenerationMatch: replaces ?? 0 },
  } as const;
}

/** A page of something in between comes as text, with status 200. */
function isAnswer(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
}

/** @throws `Unavailable` for what is no object's metadata */
function artifactOf(bucket: string, answer: FileMetadata): Artifact {
  const { name = '', generation, size, crc32c = '', md5Hash, contentEncoding, timeCreated, metadata } = answer;
  if (!/^\d+$/.test(String(generation)) || !Number.isSafeInteger(Number(size)) || name === '') {
    throw tryAgain('Unavailable', `not GCS, but something in between has answered for an object of gs://${bucket}/`);
  }
  const { 'slipway-key': key, 'slipway-sha256': sha256 } = metadata ?? {};
  return {
    bucket,
    name,
    generation: String(generation),
    size: Number(size),
    crc32c,
    ...(md5Hash !== undefined && { md5: md5Hash }),
    ...(typeof key === 'string' && { key }),
    ...(typeof sha256 === 'string' && { sha256 }),
    ...(timeCreated !== undefined && { createdAt: timeCreated }),
    ...(contentEncoding && { encoding: contentEncoding }),
  };
}
