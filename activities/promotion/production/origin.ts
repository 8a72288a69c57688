import type { Sha } from '../../../domain/code/commit.ts';
import { judgeOrigin } from '../../../domain/promotion/production/origin.ts';
import type { Origin, StageStanding } from '../../../domain/promotion/production/origin.ts';
import type { ProductionPlan } from '../../../domain/promotion/production/plan.ts';
import { seenOf } from '../../../domain/promotion/stage-watch.ts';
import { releaseId } from '../../../domain/release/kinds.ts';
import { notYet } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { commitOn } from '../../changes/branch-commit.ts';
import { effect } from '../../effect.ts';
import { readContents } from '../../environments/contents.ts';
import { shortName } from '../landed.ts';
import { ageMs } from '../../server-time.ts';

export interface OriginQuestion {
  readonly plan: Pick<ProductionPlan, 'repository' | 'name' | 'candidate' | 'rules' | 'isPreview' | 'component'>;
  readonly exception?: string;
}

/** So long, in ms, a read may lag behind. */
const longestLagMs = 30_000;

/** What was agreed on, right before it is deployed. */
export interface Departure {
  readonly repository: string;
  readonly candidate: Sha;
  readonly branch: string;
  /** Of a preview none. */
  readonly tag?: string;
  readonly image?: string;
  /** Of the image, as it was recorded. */
  readonly digest?: string;
  readonly isException: boolean;
  /** ms */
  readonly patience: number;
}

/** What a release is made of: its commit, where that has run, and its image. */
export function createOrigins(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'registry' | 'releases'>) {
  const { forge, registry } = ports;
  const { seen } = readContents(ports);

  /** @throws `NotYet` while stage or the registry may still come to have it */
  async function verifyOrigin({ plan, exception }: OriginQuestion): Promise<Origin> {
    const { repository, name, candidate, rules, isPreview } = plan;
    const { branch, stage, image } = rules;
    const [tagged, onBranch, digest] = await Promise.all([
      isPreview ? undefined : forge.tags.find(repository, name),
      commitOn(forge.commits, repository, branch, candidate),
      image && registry ? registry.digestOf(image.name, shortName(candidate)) : undefined,
    ]);
    const facts = {
      candidate,
      ...(tagged && { tagged }),
      isOnBranch: onBranch !== undefined,
      branch,
      repository,
      ...(exception !== undefined && { exception }),
      stage: await standingOnStage({ stage: stage!, repository, component: plan.component }, candidate),
      ...(image && { image: { tag: `${image.name}:${shortName(candidate)}`, ...(digest !== undefined && { digest }) } }),
    };
    const { pace } = await ports.catalog.read();
    const isLate = ageMs() >= pace.patience;
    const origin = judgeOrigin(facts, { isLate });
    if (!origin) throw notYet(`${shortName(candidate)} is not on ${stage}, or has no image yet`);
    return origin;
  }

  /** What was seen there before counts as well as what runs there now. */
  async function standingOnStage({ stage, repository, component }: { readonly stage: string; readonly repository: string; readonly component: string }, candidate: Sha): Promise<StageStanding> {
    const before = seenOf((await ports.releases.status(releaseId('stage', component, stage)))?.seen ?? [], candidate);
    if (before) return { kind: 'reported', ...(before.digest !== undefined && { digest: before.digest }) };
    const runs = (await seen(stage, repository))?.sha;
    if (runs === candidate) return { kind: 'reported' };
    if (runs === undefined) return { kind: 'missing' };
    const { diverged } = await forge.commits.range(repository, candidate, runs);
    return diverged ? { kind: 'missing', runs } : { kind: 'passed', runs };
  }

  /** The digest by which the image of a commit is known from now on. @throws `NotYet` where there is none yet */
  async function recordDigest({ image, candidate }: { readonly image: string; readonly candidate: Sha }): Promise<string> {
    const digest = await registry!.digestOf(image, shortName(candidate));
    if (digest === undefined) throw notYet(`there is no ${image}:${shortName(candidate)}`);
    return digest;
  }

  /** Why what a name stands for is not any more what was agreed on. @throws `NotYet` while that may be a read that lags behind */
  async function whyUnfit(agreed: Departure): Promise<string | undefined> {
    const why = await difference(agreed);
    if (why !== undefined && ageMs() < Math.min(agreed.patience, longestLagMs)) throw notYet(why);
    return why;
  }

  async function difference({ repository, candidate, branch, tag, image, digest, isException }: Departure): Promise<string | undefined> {
    const short = shortName(candidate);
    const tagged = tag === undefined ? candidate : await forge.tags.find(repository, tag);
    if (tagged !== candidate) return tagged === undefined ? `there is no tag ${tag} any more` : `the tag ${tag} stands on ${shortName(tagged)} now, and not on ${short}`;
    if (!isException && !(await commitOn(forge.commits, repository, branch, candidate))) return `${short} is not on ${branch} any more: it was rewritten`;
    const built = image === undefined ? digest : await registry!.digestOf(image, short);
    return built === digest ? undefined : `${image}:${short} is ${built ?? 'gone'} now, and ${digest} was recorded`;
  }

  /** What a tag stands for. Undefined when none has come within `patience` (ms). @throws `NotYet` until then */
  async function taggedImage({ image, tag, patience }: { readonly image: string; readonly tag: string; readonly patience: number }): Promise<string | undefined> {
    const digest = await registry!.digestOf(image, tag);
    if (digest === undefined && ageMs() < patience) throw notYet(`there is no ${image}:${tag} yet`);
    return digest;
  }

  /** Runs the failed run of a tag's workflow again, once. */
  async function rerunTagRun({ repository, run }: { readonly repository: string; readonly run: number }): Promise<void> {
    await effect<true | 'never'>({
      key: `rerun ${repository} ${run}`,
      lagMs: 0,
      probe: async () => ((await forge.workflowRuns.get(repository, run)).state === 'failed' ? undefined : true),
      act: () => forge.pipelines.rerunFailed(repository, run),
    });
  }

  /** @throws `NotYet` until a branch has the commit */
  async function branchContains({ repository, branch, sha }: { readonly repository: string; readonly branch: string; readonly sha: Sha }): Promise<void> {
    if (!(await commitOn(forge.commits, repository, branch, sha))) throw notYet(`${branch} of ${repository} has no ${shortName(sha)} yet`);
  }

  /** What an environment runs. @throws `NotYet` until that is a commit of the branch */
  async function runsBranch({ environment, repository, branch }: { readonly environment: string; readonly repository: string; readonly branch: string }): Promise<Sha> {
    const runs = (await seen(environment, repository))?.sha;
    if (runs === undefined || !(await commitOn(forge.commits, repository, branch, runs))) throw notYet(`${environment} runs ${runs === undefined ? 'nothing that is known' : shortName(runs)}, which is not on ${branch}`);
    return runs;
  }

  return { branchContains, runsBranch, verifyOrigin, whyUnfit, recordDigest, taggedImage, rerunTagRun: beating(rerunTagRun) };
}
