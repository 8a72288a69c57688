import type { Client } from '@temporalio/client';
import { connectAdapter } from '../activities/adapter.ts';
import type { Environment } from '../activities/adapter.ts';
import { temporalEnvironments } from '../activities/environments.ts';
import * as stores from '../activities/artifacts/index.ts';
import { fileCatalog } from '../activities/catalog/file.ts';
import * as chats from '../activities/chat/index.ts';
import * as flagServices from '../activities/flags/index.ts';
import * as forges from '../activities/forge/index.ts';
import { connectProbes } from '../activities/health/probes.ts';
import type { Ports } from '../activities/index.ts';
import { temporalReleases } from '../activities/running-releases.ts';
import type { WorkerSettings } from './settings.ts';

export function connectPorts({ catalog, forge, chat, flags, artifacts, readLagMs }: WorkerSettings, environment: Environment, client: Client): Ports {
  return {
    catalog: fileCatalog(catalog),
    forge: connectAdapter('forge', forges, forge, environment),
    chat: connectAdapter('chat', chats, chat, environment),
    health: connectProbes(environment),
    flags: connectAdapter('flag service', flagServices, flags, environment),
    artifacts: connectAdapter('artifact store', stores, artifacts, environment),
    releases: temporalReleases(client),
    environments: temporalEnvironments(client),
    readLagMs,
  };
}
