import type { Sha } from '../../domain/code/commit.ts';
import { marker } from '../../domain/code/marker.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { releaseAt } from '../../domain/release/keys.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { releaseOf } from '../changes/trailer.ts';
import { containment } from '../environments/containment.ts';
import { readContents } from '../environments/contents.ts';
import { pinReads } from '../environments/pinned-commit.ts';
import type { Ports } from '../../ports/ports.ts';

export interface Pinned {
  readonly component: string;
  readonly mirror: Repository;
  /** Where its versions are tagged. */
  readonly tagged: Repository | undefined;
  readonly pin: { readonly repository: Repository; readonly branch: string; readonly head: string; readonly versionFile: string };
  readonly stages: readonly Stage[];
  readonly pinned: Sha;
  /** The commit that has set the pin. */
  readonly setBy: Sha;
}

/** A version that a release has merged, and that none carries on. */
export interface LeftOver {
  readonly id: string;
  /** Those whose environments lack it. */
  readonly stages: readonly Stage[];
  readonly landed: { readonly sha: Sha; readonly pullRequest: { readonly number: number; readonly url: string } };
  /** What the first of those environments runs instead. */
  readonly before?: { readonly candidate: Sha; readonly sha: Sha };
}

export function leftOvers(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'releases'>) {
  const { commits, pullRequests } = ports.forge;
  const { environments, releases } = ports;
  const { seen } = readContents(ports);
  const { pinnedAt } = pinReads(ports.forge);
  const { comesAfter } = containment(ports.forge);

  /** What is pinned and not everywhere; undefined also for what people have pinned themselves, and while a release is at work on it. */
  async function findLeftOver(question: Pinned): Promise<LeftOver | undefined> {
    const { component, pinned, setBy, stages } = question;
    const landed = await mergedBy(question);
    if (!landed || (await isCarried(component, pinned))) return undefined;
    const lacking: { readonly stage: Stage; readonly before?: LeftOver['before'] }[] = [];
    for (const stage of stages) {
      const { has, before } = await runs(question, stage.environment);
      if (!has) lacking.push({ stage, ...(before && { before }) });
    }
    const [first] = lacking;
    if (!first) return undefined;
    // Whatever is deployed there raises it: once it has been brought and taken back again, that is another occasion.
    const fence = (await environments.record(first.stage.environment))?.fence ?? 0;
    return { id: releaseAt(component, setBy, fence), stages: lacking.map(({ stage }) => stage), landed, ...(first.before && { before: first.before }) };
  }

  async function mergedBy({ pin, setBy }: Pinned): Promise<LeftOver['landed'] | undefined> {
    const { repository, branch, head } = pin;
    const release = await releaseOf(commits, repository, setBy);
    const pulls = await pullRequests.list(repository, head, branch);
    const pull = pulls.find(({ state, body, mergeSha }) => state === 'merged' && (mergeSha === setBy || (release !== undefined && body.includes(marker(release)))));
    return pull?.mergeSha === undefined ? undefined : { sha: pull.mergeSha, pullRequest: { number: pull.number, url: pull.url } };
  }

  /** One that does not answer may be at it. */
  async function isCarried(component: string, candidate: Sha): Promise<boolean> {
    return (await releases.running(component)).some(({ status }) => !status || status.candidate === candidate);
  }

  async function runs({ mirror, tagged, pin, pinned }: Pinned, environment: string): Promise<{ readonly has: boolean; readonly before?: LeftOver['before'] }> {
    const there = await seen(environment, pin.repository);
    const candidate = there && (await pinnedAt(pin, there.sha, tagged));
    if (candidate === undefined) return { has: false };
    return { has: await comesAfter(mirror, pinned, candidate), before: { candidate, sha: there!.sha } };
  }

  return { findLeftOver };
}
