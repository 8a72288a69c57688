import { qaNotes } from '../../../domain/promotion/qa.ts';
import type { Undo } from '../../release/compensation.ts';
import { insist } from '../../people/obligations.ts';
import { takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

/** Makes it the latest release, and tells everybody what is in it. If it does not come to production, the one before is the latest again. */
export function becomeLatest(release: ProductionRelease, register: (undo: Undo) => void): Promise<void> {
  const { plan, status, work } = release;
  const { repository, name, before, items } = plan;
  return takeStep(release, 'latest', async () => {
    if (plan.isThere) return { told: `${name} is the latest release already, and runs in ${plan.target.environment}`, mark: 'skipped' as const, value: undefined };
    status.enter('publishing', { waitingFor: { what: `the page of ${name}` } });
    register({
      what: before ? `${before.name} is the latest release again` : `${name} is the latest release`,
      async act() {
        if (!before) return { stays: `${name} is the latest release: there was none before` };
        const end = await work.giveLatestBack({ repository, name: before.name, not: name }, `make ${before.name} the latest again`);
        return end.kind === 'other' ? { stays: `${end.latest}, which has come meanwhile, is the latest release` } : {};
      },
    });
    const url = await insist(release, `the release page of ${name}`, () => work.makeLatest({ repository, name }, `make ${name} the latest release`));
    return { told: `${name} is the latest release: ${url}\n${qaNotes(items.map(({ item }) => item), before?.name, 2_500)}`, value: undefined };
  });
}
