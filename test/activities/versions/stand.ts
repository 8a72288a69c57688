import { createVersionPlanning } from '../../../activities/versions/planning.ts';
import type { PlannedVersion, PlanVersionRequest } from '../../../activities/versions/planning.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Catalog } from '../../../domain/catalog.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import type { VersionPlan } from '../../../domain/versions/plan.ts';
import type { Check } from '../../../domain/code/pipeline.ts';
import type { MergedPullRequest, NewPullRequest } from '../../../ports/forge/pull-requests.ts';
import type { ForgeRelease, NewForgeRelease } from '../../../ports/forge/releases.ts';
import type { Milestone } from '../../../ports/forge/milestones.ts';
import type { Git } from '../../../ports/git/git.ts';
import type { Ports } from '../../../ports/ports.ts';
import { gitOf, newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';

export const name = 'gitlab-org/gitaly';

/** A component whose versions are released, in a repository of this machine, and what production runs of it. */
export interface VersionStand {
  readonly gitaly: TestRepository;
  readonly git: Git;
  readonly ports: Pick<Ports, 'catalog' | 'forge' | 'git' | 'environments' | 'packages' | 'releases' | 'readLagMs'>;
  /** Versions of the package that are published. */
  readonly published: string[];
  /** Runs of the workflow that publishes it; what becomes of one is `publishes`. */
  readonly publications: { key: string; ref: string; state: 'succeeded' | 'failed' }[];
  publishes: (ref: string) => 'succeeded' | 'failed';
  readonly milestones: Milestone[];
  /** What the forge holds, in memory. */
  readonly releases: ForgeRelease[];
  readonly latest: string[];
  readonly pulls: (NewPullRequest & { readonly number: number })[];
  /** The product's tags, and what pins the component there; that of its default branch is "master", that of its newest deployment "deployed". */
  readonly product: Map<string, string>;
  /** Pull requests that are merged, as the forge lists those with a label. */
  readonly merged: (MergedPullRequest & { labels: string[] })[];
  readonly comments: string[];
  readonly checks: Check[];
  plan(version: string, more?: Partial<PlanVersionRequest>): Promise<PlannedVersion>;
  planned(version: string, more?: Partial<PlanVersionRequest>): Promise<VersionPlan>;
  runs(commit: string | undefined): void;
}

const catalogText = (versions: string) => `
version: 1
pace: { poll: 100ms, sample: 100ms, retry: 50ms, patience: 1s }
environments: { production: {} }
components:
  gitaly:
    code: { canonical: gitlab-org/gitaly, mirror: gitlab-org-security/gitaly }
    pin: { repository: gitlab-org/gitlab, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update Gitaly version }
    stages: [{ name: production, environment: production, promote: { kind: deployment } }]
    chat: { progress: "#gitaly_alerts", team: "#g_gitaly" }
    versions: ${versions}
`;

export function versionStand({ versions = '{ production: { environment: production } }', gitaly = newRepository() }: { readonly versions?: string; readonly gitaly?: TestRepository } = {}): VersionStand {
  const read = readCatalog(catalogText(versions));
  if (read.kind !== 'valid') throw new Error(JSON.stringify(read));
  const catalog: Catalog = read.catalog;
  let running: string | undefined;
  const milestones: Milestone[] = [];
  const releases: ForgeRelease[] = [];
  const latest: string[] = [];
  const pulls: (NewPullRequest & { readonly number: number })[] = [];
  const product = new Map<string, string>();
  const published: string[] = [];
  const publications: VersionStand['publications'] = [];
  const merged: (MergedPullRequest & { labels: string[] })[] = [];
  const comments: string[] = [];
  const checks: Check[] = [{ name: 'test', state: 'green' }];
  const git = gitOf({ [name]: gitaly });
  const ports = {
    catalog: { read: async () => catalog },
    git,
    forge: {
      branches: { find: async (_: string, branch: string) => (await git.refs(name)).branches[branch] },
      commits: {
        read: async (repository: string, _: string, ref: string) => (repository === 'gitlab-org/gitlab' ? product.get(ref) : 'name: Publish\nrun-name: ${{ inputs.key }}\non:\n  workflow_dispatch:\n    inputs:\n      key: {}\n'),
        find: async (_: string, sha: string) => ({ sha, url: `https://forge/${name}/commit/${sha}` }),
        change: async (_: string, sha: Sha) => (await git.log(name, { to: sha, limit: 1 }))[0],
        range: async (_: string, from: string, to: string) => ({ commits: [], total: 0, diverged: gitaly.git('merge-base', from, to) !== gitaly.git('rev-parse', from) }),
      },
      workflowRuns: {
        carrying: async (_: string, __: string, key: string) => [run(publications.findIndex((one) => one.key === key))].filter(Boolean),
        get: async (_: string, id: number) => run(id),
        dispatch: async (_: string, __: string, ref: string, inputs: Readonly<Record<string, string>>) => void publications.push({ key: inputs['key']!, ref, state: stand.publishes(ref) }),
      },
      tags: {
        find: async (repository: string, tag: string) => (repository === name ? found(gitaly, tag) : product.has(tag) ? (tag as Sha) : undefined),
        list: async () => [...product.keys()].map((tag) => ({ name: tag })),
      },
      deployments: { current: async () => (product.has('deployed') ? { sha: 'deployed', at: '2021-01-01T00:00:00Z' } : undefined) },
      milestones: { list: async () => milestones },
      releases: {
        find: async (_: string, tag: string) => releases.find((one) => one.tag === tag),
        async create({ tag, title, body, prerelease, latest: isLatest }: NewForgeRelease) {
          const made = { id: releases.length + 1, url: `https://forge/${name}/releases/${tag}`, tag, title, body, draft: false, prerelease };
          releases.push(made);
          if (isLatest) latest.push(tag);
          return made;
        },
      },
      pipelines: { checks: async () => checks },
      discussions: {
        hasComment: async (_: string, number: number, mark: string) => comments.some((comment) => comment.startsWith(`#${number} `) && comment.includes(mark)),
        comment: async (_: string, number: number, body: string) => void comments.push(`#${number} ${body}`),
        removeLabel: async (_: string, number: number, label: string) => {
          const pull = merged.find((one) => one.number === number)!;
          pull.labels = pull.labels.filter((one) => one !== label);
        },
      },
      pullRequests: {
        labelled: async (_: string, label: string) => merged.filter(({ labels }) => labels.includes(label)).toSorted((a, b) => a.mergedAt.localeCompare(b.mergedAt) || a.number - b.number),
        landing: async (_: string, sha: string) => merged.filter(({ body }) => body.split(' ').includes(sha)),
        get: async (_: string, number: number) => merged.find((one) => one.number === number),
        list: async (_: string, head: string) => pulls.filter((pull) => pull.head === head).map((pull) => ({ ...pull, url: `https://forge/${name}/pull/${pull.number}`, state: 'open' })),
        async open(pull: NewPullRequest) {
          const made = { ...pull, number: pulls.length + 1 };
          pulls.push(made);
          return { ...made, url: `https://forge/${name}/pull/${made.number}`, state: 'open' };
        },
      },
    },
    packages: { has: async (_: object, version: string) => published.includes(version) },
    readLagMs: 0,
    releases: { isRunning: async () => false },
    environments: { record: async () => (running === undefined ? undefined : { deployed: { gitaly: { candidate: running, since: '2020-01-01T00:00:00Z' } } }) },
  } as unknown as VersionStand['ports'];
  const run = (id: number) => publications[id] && { id, url: `https://forge/${name}/runs/${id}`, state: publications[id].state };
  const { planVersion } = createVersionPlanning(ports);
  const plan: VersionStand['plan'] = (version, more) => planVersion({ component: 'gitaly', version, asker: 'developers', ...more });
  const stand: VersionStand = {
    gitaly,
    published,
    publications,
    publishes: (ref) => (published.push(ref.slice(1)), 'succeeded'),
    git,
    ports,
    milestones,
    releases,
    latest,
    pulls,
    product,
    merged,
    comments,
    checks,
    plan,
    async planned(version, more) {
      const planned = await plan(version, more);
      if (planned.kind !== 'version') throw new Error(JSON.stringify(planned));
      return planned;
    },
    runs(commit) {
      running = commit;
    },
  };
  return stand;
}

function found({ at }: TestRepository, tag: string): Sha | undefined {
  try {
    return at(`refs/tags/${tag}^{commit}`);
  } catch {
    return undefined;
  }
}
