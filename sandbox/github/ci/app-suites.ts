import { setJobs } from './runs.ts';
import type { World } from '../../world/state.ts';
import type { SetCheck } from './runs.ts';
import type { Conclusion, Progress, Repository } from '../state.ts';

/** Sets down what a person wants a commit's CI to look like: an app's suite, made anew or as it goes on. */
export function setAppSuite(world: World, repository: Repository, { app: slug, sha, branch, status, conclusion, checks, at }: SetSuite): { readonly id: number } {
  const now = at ?? world.clock.now();
  let suite = repository.suites.find((one) => one.sha === sha && one.app.slug === slug);
  if (suite === undefined) {
    const id = repository.suites.find(({ app }) => app.slug === slug)?.app.id ?? world.nextId();
    suite = { id: world.nextId(), app: { id, slug, name: slug }, sha, branch, createdAt: now, updatedAt: now, status, conclusion, jobs: [] };
    repository.suites.push(suite);
  }
  Object.assign(suite, { status, conclusion, updatedAt: now });
  setJobs(world, suite.jobs, { checks, attempt: 1, at: now });
  return { id: suite.id };
}

interface SetSuite {
  readonly app: string;
  readonly sha: string;
  readonly branch?: string | undefined;
  readonly status: Progress;
  readonly conclusion?: Conclusion | undefined;
  readonly checks: readonly SetCheck[];
  readonly at?: string | undefined;
}
