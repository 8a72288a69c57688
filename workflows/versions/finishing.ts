import { CancellationScope } from '@temporalio/workflow';
import type { VersionOutcome } from '../../domain/versions/outcome.ts';
import { versionText } from '../../domain/versions/version.ts';
import { fulfil } from '../people/obligations.ts';
import type { Fulfilled } from '../people/obligations.ts';
import { Stop } from '../release/stop.ts';
import type { DownstreamDesk } from './downstream.ts';
import { followPipeline } from './pipeline.ts';
import type { Tagged } from './tagging.ts';
import type { VersionRelease } from './release.ts';

/** Everything that follows a tag. It can't be called off: the tag is out. */
export async function finish({ release, owes }: Extract<Tagged, { kind: 'tagged' }>, downstream: DownstreamDesk): Promise<VersionOutcome> {
  const { plan, work, status } = release;
  return CancellationScope.nonCancellable(async () => {
    const page = await fulfil(release, { what: `the release page of ${plan.tag}`, act: () => work.publishVersion(plan, `publish ${plan.tag}`) });
    // What people have to bring to its end does not keep the rest waiting.
    const rest = Promise.all([owes === undefined ? undefined : oweBranch(release, owes), bringBack(release), followPipeline(release, plan)]);
    const [[branch, back]] = await Promise.all([rest, downstream.follow(release, rest)]);
    status.enter('publishing');
    const givenUp = [page, branch, back].flatMap((end) => (end?.kind === 'givenUp' ? [end.reason] : []));
    return {
      kind: 'versionReleased',
      version: versionText(plan.version),
      tag: plan.tag,
      commit: plan.target,
      url: page.kind === 'done' ? page.value.url : 'no page',
      ...(givenUp.length > 0 && { givenUp }),
    };
  });
}

/** Until the default branch has what it must have of the version: by a push, by a pull request, or by somebody's hand. */
function bringBack(release: VersionRelease): Promise<Fulfilled<void>> {
  const { plan, work, wakes } = release;
  const { tag, defaultBranch } = plan;
  return fulfil<void>(release, {
    what: `${tag} on ${defaultBranch}`,
    async act() {
      const back = await work.mergeVersionBack(plan, `bring ${tag} back to ${defaultBranch}`);
      if (back.kind === 'done') return;
      const why = back.kind === 'conflict' ? `${back.paths.join(', ')} conflict` : back.reason;
      const change = await work.openVersionChange({ plan, owes: 'mergeBack', why }, `ask people to bring ${tag} back`);
      throw new Stop({ kind: 'mergeRefused', reason: change ? `${why}; merge ${change.url} by hand` : why });
    },
    notice: () => wakes.wakeable(() => work.versionMergedBack(plan, `wait until ${defaultBranch} has ${tag}`)),
  });
}

/** Until a protected branch has the tagged commit. */
function oweBranch(release: VersionRelease, why: string): Promise<Fulfilled<void>> {
  const { plan, work, wakes } = release;
  const { tag, branch } = plan;
  return fulfil<void>(release, {
    what: `${tag} on ${branch}`,
    async act() {
      const change = await work.openVersionChange({ plan, owes: 'branch', why }, `ask people to bring ${tag} to ${branch}`);
      throw new Stop({ kind: 'mergeRefused', reason: change ? `${why}; merge ${change.url} by hand` : `${why}; push it by hand` });
    },
    notice: () => wakes.wakeable(() => work.branchHasVersion(plan, `wait until ${branch} has ${tag}`)),
  });
}
