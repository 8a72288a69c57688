import { CancellationScope } from '@temporalio/workflow';
import type { Disclosure } from '../../../activities/versions/security/disclosing.ts';
import type { SecurityOutcome } from '../../../domain/versions/outcome.ts';
import type { PreparedLine, SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { fulfil, goWithout } from '../../people/obligations.ts';
import type { Fulfilled } from '../../people/obligations.ts';
import type { Session } from '../../release/session.ts';
import { Stop } from '../../release/stop.ts';

/** The branches of versions, their tags, the default branch last; then people are told. What people have to bring to its end keeps nothing else waiting. */
export async function discloseAll(release: Session<SecurityPlan>, lines: readonly PreparedLine[]): Promise<SecurityOutcome> {
  const { plan, work, status } = release;
  const { id, component, chat } = plan;
  const versions = lines.filter(({ tag }) => tag !== undefined);
  status.enter('publishing', { waitingFor: { what: 'the security release to be everywhere' } });
  return CancellationScope.nonCancellable(async () => {
    const ends: Promise<Fulfilled<unknown>>[] = [];
    for (const { branch, target } of versions) await begin({ plan, branch, what: 'fix', target });
    const tagged = await Promise.all(versions.map((line) => fulfil(release, { what: `the tag of ${line.branch}`, act: () => work.discloseTag({ plan, line }, `push the tag of ${line.branch}`) })));
    for (const { branch, target, tag } of lines) if (tag === undefined) await begin({ plan, branch, what: 'fix', target });
    await begin({ plan, branch: plan.defaultBranch, what: 'changelog', lines });
    const tags = tagged.flatMap((end) => (end.kind === 'done' ? [end.value] : []));
    for (const line of versions) ends.push(fulfil(release, { what: `the release page of ${line.branch}`, act: () => work.publishFix({ plan, line }, `publish the version of ${line.branch}`) }));
    if (chat && tags.length > 0) await goWithout(release, `tell ${chat.progress}`, () => work.announce({ channel: chat.progress, key: `${id}/disclosed`, text: `${component} ${tags.join(', ')}: security releases, please update` }, 'announce the security release'));
    const givenUp = [...tagged, ...(await Promise.all(ends))].flatMap((end) => (end.kind === 'givenUp' ? [end.reason] : []));
    return { kind: 'securityReleased', tags, ...(givenUp.length > 0 && { givenUp }) };

    /** It has been tried once; what becomes of it is waited for in the end. */
    async function begin(disclosure: Disclosure): Promise<void> {
      await new Promise<void>((isTried) => void ends.push(bring(release, disclosure, isTried)));
    }
  });
}

/** Until a branch has it: by a push, by a pull request, or by somebody's hand. */
function bring(release: Session<SecurityPlan>, disclosure: Disclosure, isTried: () => void): Promise<Fulfilled<unknown>> {
  const { work, wakes } = release;
  const { branch, what } = disclosure;
  const told = what === 'fix' ? `the security release on ${branch}` : `its changelog on ${branch}`;
  return fulfil<unknown>(release, {
    what: told,
    async act() {
      try {
        const done = await work.discloseBranch(disclosure, `bring it to ${branch}`);
        if (done.kind === 'done') return;
        const why = done.kind === 'conflict' ? `${done.paths.join(', ')} conflict` : done.reason;
        const change = await work.openDisclosure({ disclosure, why }, `ask people to bring it to ${branch}`);
        throw new Stop({ kind: 'mergeRefused', reason: change ? `${why}; merge ${change.url} by hand` : why });
      } finally {
        isTried();
      }
    },
    notice: () => wakes.wakeable(() => work.branchDisclosed(disclosure, `wait until ${branch} has it`)),
  });
}
