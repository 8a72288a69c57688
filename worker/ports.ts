import type { Client } from '@temporalio/client';
import { connectAdapter } from '../activities/adapter.ts';
import type { Environment } from '../activities/adapter.ts';
import { approvalKeysFrom } from '../activities/approval-keys.ts';
import { temporalEnvironments } from '../activities/environments.ts';
import * as stores from '../activities/artifacts/index.ts';
import type { ArtifactStore } from '../activities/artifacts/store.ts';
import { fileCatalog } from '../activities/catalog/file.ts';
import * as chats from '../activities/chat/index.ts';
import * as flagServices from '../activities/flags/index.ts';
import * as forges from '../activities/forge/index.ts';
import { connectProbes } from '../activities/health/probes.ts';
import type { Ports } from '../activities/ports.ts';
import { temporalProgress } from '../activities/progress.ts';
import { folderRecords } from '../activities/records/folder.ts';
import type { Records } from '../activities/records/records.ts';
import { storeRecords } from '../activities/records/store.ts';
import { temporalReleases } from '../activities/running-releases.ts';
import { temporalServer } from '../activities/temporal-server.ts';
import type { WorkerSettings } from './settings.ts';

export function connectPorts({ catalog, forge, chat, flags, artifacts, records, readLagMs }: WorkerSettings, environment: Environment, client: Client): Ports {
  const store = connectAdapter('artifact store', stores, artifacts, environment);
  return {
    catalog: fileCatalog(catalog),
    forge: connectAdapter('forge', forges, forge, environment),
    chat: connectAdapter('chat', chats, chat, environment),
    health: connectProbes(environment),
    flags: connectAdapter('flag service', flagServices, flags, environment),
    artifacts: store,
    releases: temporalReleases(client),
    tellProgress: temporalProgress(client),
    environments: temporalEnvironments(client),
    server: temporalServer(client),
    approvalKeys: approvalKeysFrom(environment),
    records: records === undefined ? undefined : connectRecords(records, store),
    readLagMs,
  };
}

/** A folder, or `gs://bucket/folder`. */
function connectRecords(location: string, store: ArtifactStore): Records {
  const [, bucket, folder = ''] = /^gs:\/\/([^/]+)\/?(.*?)\/?$/.exec(location) ?? [];
  return bucket === undefined ? folderRecords(location) : storeRecords(store, { bucket, folder });
}
