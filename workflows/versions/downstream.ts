import { condition } from '@temporalio/workflow';
import { interval } from '../../domain/people/decision.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { reviewerOf } from '../../domain/versions/downstream.ts';
import type { Downstream } from '../../domain/versions/plan.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { fulfil, goWithout, insist } from '../people/obligations.ts';
import { receive } from '../release/inbox.ts';
import type { StatusKeeper } from '../release/status.ts';
import { updateDownstream } from './messages.ts';
import type { AgreedVersion, VersionRelease } from './release.ts';

export type DownstreamDesk = ReturnType<typeof receiveDownstream>;

/** Receives `updateDownstream`, from the first moment on. @param asker whoever has asked for it by starting the release */
export function receiveDownstream(status: StatusKeeper, asker: string | undefined) {
  let by = asker;
  let plan: AgreedVersion | undefined;
  let isOver = false;

  receive(updateDownstream, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Asks the product, by a pull request, to take this candidate',
    refusal() {
      if (by !== undefined) return `${by} has asked for it already`;
      if (isOver && plan?.downstream) return 'the release has come to its end: start it again, with "downstream"';
      return plan && !plan.downstream ? 'only a candidate is asked for by a pull request, and the catalog must say by "versions.downstream" who reviews it, and by a "pin" where' : undefined;
    },
    accept(message) {
      by = message.by;
      status.record({ message: 'updateDownstream', by });
    },
  });

  return {
    agree(agreed: AgreedVersion): void {
      plan = agreed;
    },
    /** Opens it, and sees it to its review, if somebody asks for it before the rest is done. */
    async follow(release: VersionRelease, rest: Promise<unknown>): Promise<void> {
      let isDone = false;
      const done = rest.finally(() => (isDone = true));
      done.catch(() => undefined);
      const { downstream } = release.plan;
      if (downstream) {
        await condition(() => by !== undefined || isDone);
        if (by !== undefined) await bringDownstream(release, downstream, by);
      }
      isOver = true;
    },
  };
}

async function bringDownstream(release: VersionRelease, downstream: Downstream, by: string): Promise<void> {
  const { plan, work, wakes, reporter } = release;
  const { tag } = plan;
  const opened = await fulfil(release, { what: `the pull request that brings ${tag} downstream`, act: () => work.openDownstream({ plan, downstream }, `ask ${downstream.repository} to take ${tag}`) });
  if (opened.kind === 'givenUp') return;
  if (!opened.value) return reporter.tell({ name: 'downstream', line: `${downstream.repository} has ${tag} already` });
  const { number, url } = opened.value;
  reporter.tell({ name: 'downstream', line: `${url} brings ${tag} downstream` });
  await goWithout(release, `assign ${by} to ${url}`, () => work.assignDownstream({ downstream, number, login: by }, `assign ${by}`));
  for (let except: Sha | undefined; ; ) {
    const build = await insist(release, `a look at the build of ${url}`, () => wakes.wakeable(() => work.downstreamBuild({ plan, downstream, number, ...(except && { except }) }, `wait for the build of #${number}`)));
    if (build.kind === 'over') return;
    if (build.kind === 'green') break;
    except = build.head;
    reporter.tell({ name: 'downstreamRed', line: `the build of ${url} is red: ${build.failed}`, urgent: true });
  }
  const login = reviewerOf(downstream, by, number);
  if (login === undefined) return;
  reporter.tell({ name: 'downstreamGreen', line: `the build of ${url} is green: ${login} is asked to review it` });
  await goWithout(release, `assign ${login} to ${url}`, () => work.assignDownstream({ downstream, number, login }, `assign ${login} for review`));
}
