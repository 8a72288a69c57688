import type { Client } from '@temporalio/client';
import { connectAdapter } from '../ports/adapter.ts';
import type { Variables } from '../ports/adapter.ts';
import { approvalKeysFrom } from '../ports/keys/approval-keys.ts';
import { temporalComponents } from '../ports/temporal/components.ts';
import { temporalEnvironments } from '../ports/temporal/environments.ts';
import { temporalHolders } from '../ports/temporal/holders.ts';
import * as stores from '../ports/artifacts/index.ts';
import type { ArtifactStore } from '../ports/artifacts/store.ts';
import { fileCatalog } from '../ports/catalog/file.ts';
import * as clusters from '../ports/cluster/index.ts';
import * as chats from '../ports/chat/index.ts';
import * as flagServices from '../ports/flags/index.ts';
import { gitFromEnvironment } from '../ports/git/program.ts';
import * as forges from '../ports/forge/index.ts';
import * as trackers from '../ports/issues/index.ts';
import * as registries from '../ports/registry/index.ts';
import { connectProbes } from '../ports/health/probes.ts';
import { httpPackages } from '../ports/packages/http.ts';
import type { Ports } from '../ports/ports.ts';
import { temporalProgress } from '../ports/temporal/progress.ts';
import { folderRecords } from '../ports/records/folder.ts';
import type { Records } from '../ports/records/records.ts';
import { storeRecords } from '../ports/records/store.ts';
import { temporalReleases } from '../ports/temporal/running-releases.ts';
import { temporalOutages } from '../ports/temporal/outages.ts';
import { temporalServer } from '../ports/temporal/temporal-server.ts';
import type { WorkerSettings } from './settings.ts';

export function connectPorts({ catalog, forge, chat, flags, artifacts, registry, issues, cluster, records, readLagMs, doubtMs, silenceMs }: WorkerSettings, environment: Variables, client: Client, pageOf: Ports['pageOf']): Ports {
  const store = connectAdapter('artifact store', stores, artifacts, environment);
  const source = fileCatalog(catalog);
  return {
    catalog: source,
    channels: source.channels,
    forge: connectAdapter('forge', forges, forge, environment),
    git: gitFromEnvironment(environment),
    packages: httpPackages(),
    chat: connectAdapter('chat', chats, chat, environment),
    health: connectProbes(environment),
    flags: connectAdapter('flag service', flagServices, flags, environment),
    artifacts: store,
    registry: registry === undefined ? undefined : connectAdapter('registry', registries, registry, environment),
    issues: issues === undefined ? undefined : connectAdapter('issue tracker', trackers, issues, environment),
    cluster: cluster === undefined ? undefined : connectAdapter('cluster', clusters, cluster, environment),
    releases: temporalReleases(client),
    tellProgress: temporalProgress(client),
    tellOutage: temporalOutages(client),
    environments: temporalEnvironments(client),
    components: temporalComponents(client),
    holders: temporalHolders(client),
    server: temporalServer(client),
    approvalKeys: approvalKeysFrom(environment),
    records: records === undefined ? undefined : connectRecords(records, store),
    pageOf,
    readLagMs,
    doubtMs,
    silenceMs,
  };
}

/** A folder, or `gs://bucket/folder`. */
function connectRecords(location: string, store: ArtifactStore): Records {
  const [, bucket, folder = ''] = /^gs:\/\/([^/]+)\/?(.*?)\/?$/.exec(location) ?? [];
  return bucket === undefined ? folderRecords(location) : storeRecords(store, { bucket, folder });
}
