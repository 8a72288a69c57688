import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import { abortion } from '../../domain/people/decision.ts';
import { parseInput } from '../../domain/text/input.ts';
import type { PackagePlan } from '../../domain/versions/packages/package-plan.ts';
import { packageRequest, packageRequestExample } from '../../domain/versions/request.ts';
import type { PackageRequest } from '../../domain/versions/request.ts';
import { openAbort } from '../people/abort.ts';
import { abort, decide } from '../people/messages.ts';
import { ask } from '../people/asking.ts';
import { insist } from '../people/obligations.ts';
import { handOver, requested } from '../release/beginning.ts';
import { conclude } from '../release/conclusion.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { openSession } from '../release/session.ts';
import type { Session } from '../release/session.ts';
import { unpaced } from '../release/work.ts';
import { packageAudiences } from './audiences.ts';

/**
 * Publishes the package of a version that is tagged: by the component's own workflow, at the tag; and asks the registry whether it is there.
 * Input: `{ "component": "gitaly", "version": "12.9.0" }`.
 */
export async function publishPackage(input?: PackageRequest): Promise<Outcome> {
  const request = requested(parseInput(packageRequest, input, packageRequestExample));
  const session = openSession(request.component);
  const { status } = session;
  const abortable = openAbort(status, { schema: abortion, about: 'Stops following it: a run that has begun goes on' });
  receiveUnknown([abort, decide, wake].map(({ name }) => name), status);

  return conclude<Outcome>(status, session.reporter, () =>
    abortable(async () => {
      status.enter('planning', { waitingFor: { what: `the repository of ${request.component} to answer` } });
      const plan = await unpaced.planPackage(request, `plan the package of ${request.version}`);
      if (plan.kind === 'refused') return { kind: 'packageRefused', reason: plan.reason };
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const release = session.begin(plan, packageAudiences);
      status.change({ version: plan.spelled });
      const published = { kind: 'packagePublished', name: plan.package.name, version: plan.spelled } as const;
      return plan.isPublished ? { ...published, before: true } : publish(release, published);
    }),
  );
}

async function publish(release: Session<PackagePlan>, published: Extract<Outcome, { kind: 'packagePublished' }>): Promise<Outcome> {
  const { plan, work, status, wakes } = release;
  const what = `${plan.package.name} ${plan.spelled}`;
  for (let attempt = 1; ; attempt++) {
    const { id, url } = await insist(release, `the start of ${what}`, () => work.startPublication({ plan, attempt }, `publish ${what}`));
    status.enter('publishing', { waitingFor: { what: url } });
    const ended = await insist(release, `a look at ${url}`, () => wakes.wakeable(() => work.publicationEnded({ plan, run: id }, `wait for ${what}`)));
    // A run fails, too, where somebody has published it before. One that went well may be shown late.
    const patience = ended === 'succeeded' ? plan.pace.patience : 0;
    if (await insist(release, `a look at the registry`, () => work.packagePublished({ plan, patience }, `look whether ${what} is there`))) return published;
    const about = ended === 'succeeded' ? `${what}, which ${url} has not brought to the registry` : `${what}, whose publication failed: ${url}`;
    const { choice, by, reason } = await ask(release, { about, choices: ['retry', 'giveUp'], reasoned: ['giveUp'], told: { name: 'failed', line: about } });
    if (choice === 'giveUp') return { kind: 'packageGivenUp', by, reason: reason! };
  }
}
