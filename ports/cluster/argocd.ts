import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { secret, settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { neverRetry, tryAgain } from '../failures.ts';
import { parsedJson, restService } from '../rest-service.ts';
import type { ApplicationState, Cluster, Workload } from './cluster.ts';

export interface ArgoCdSettings {
  readonly url: string;
  /** Of an account that may `get`, `sync` and `action/*` the applications. */
  readonly token: string;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

const phases = { Running: 'running', Terminating: 'running', Succeeded: 'succeeded', Failed: 'failed', Error: 'failed' } as const;
const operation = z.object({ phase: z.enum(['Running', 'Terminating', 'Succeeded', 'Failed', 'Error']), startedAt: z.string(), message: z.string().default('') });
const application = z.object({
  status: z.object({
    sync: z.object({ status: z.string() }).optional(),
    health: z.object({ status: z.string().default('Unknown') }).optional(),
    operationState: operation.optional(),
    summary: z.object({ images: z.array(z.string()).nullish() }).optional(),
  }),
});
const resource = z.object({ manifest: z.string() });
const manifest = z.object({
  spec: z.object({ restartAt: z.string().nullish(), template: z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish() }).nullish() }),
});

/** How Kubernetes knows each kind. */
const kinds = {
  Rollout: { group: 'argoproj.io', version: 'v1alpha1' },
  Deployment: { group: 'apps', version: 'v1' },
} as const satisfies Record<Workload['kind'], object>;

/** A Deployment is restarted by a change of its pods' template, a Rollout by a field of its own. */
const annotation = 'kubectl.kubernetes.io/restartedAt';

/**
 * Argo CD, by its HTTP API.
 * @see https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
 */
export function connectArgoCd({ url, token, timeoutMs }: ArgoCdSettings): Cluster {
  const site = url.replace(/\/+$/, '');
  const argo = restService({ name: 'Argo CD', url: `${site}/api/v1`, headers: { authorization: `Bearer ${token}` }, timeoutMs });
  const path = (name: string) => `/applications/${encodeURIComponent(name)}`;
  const query = ({ kind, namespace, name }: Workload) => new URLSearchParams({ namespace, resourceName: name, kind, ...kinds[kind] }).toString();

  return {
    async look(name) {
      const found = await argo.get(path(name), application);
      if (!found) return undefined;
      const { sync, health, operationState: last, summary } = found.status;
      return {
        url: `${site}/applications/${encodeURIComponent(name)}`,
        isSynced: sync?.status === 'Synced',
        health: health?.status ?? 'Unknown',
        ...(last && { operation: { phase: phases[last.phase], startedAt: last.startedAt, message: last.message } }),
        images: summary?.images ?? [],
      } satisfies ApplicationState;
    },

    async sync(name) {
      try {
        await argo.send('POST', `${path(name)}/sync`, {});
      } catch (failure) {
        if (failure instanceof ApplicationFailure && failure.type === 'Refused' && /operation is already in progress/i.test(failure.message)) throw tryAgain('Unavailable', failure.message);
        throw failure;
      }
    },

    async restartedAt(name, workload) {
      const found = await argo.get(`${path(name)}/resource?${query(workload)}`, resource);
      if (!found) throw neverRetry('InvalidInput', `${name} has no ${workload.kind} ${workload.name} in ${workload.namespace}`, { reason: 'it is not shown' });
      const { spec } = argo.parse(manifest, parsedJson(found.manifest));
      return (workload.kind === 'Rollout' ? spec.restartAt : spec.template?.metadata?.annotations?.[annotation]) ?? undefined;
    },

    async restart(name, workload) {
      await argo.send('POST', `${path(name)}/resource/actions?${query(workload)}`, 'restart');
    },
  };
}

export function fromEnvironment(environment: Variables): Cluster {
  const { ARGOCD_URL } = settings(environment, { ARGOCD_URL: z.url() });
  const token = secret(environment, 'ARGOCD_TOKEN');
  if (!token) throw new Error('ARGOCD_TOKEN: is missing');
  return connectArgoCd({ url: ARGOCD_URL, token: token() });
}
