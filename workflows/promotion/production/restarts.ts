import { insist } from '../../people/obligations.ts';
import { lookAtGate } from './gates.ts';
import type { ProductionRelease } from './release.ts';

/** New secrets never reach pods that run already: where no deployment makes new ones, what needs them is restarted, by the cluster or by people. */
export async function restartWorkloads(release: ProductionRelease): Promise<void> {
  const { plan: { rules, target, isThere = false }, request, status, reporter, work } = release;
  if (!request.variables || !isThere) return;
  if (rules.restart.length === 0) {
    const owed = `restart what needs the new variables in ${target.environment}: nothing was deployed, and the catalog names nothing ("restart")`;
    status.owe(owed);
    return reporter.tell({ name: 'restart', line: `still to do by hand: ${owed}`, urgent: true });
  }
  for (const item of rules.restart) {
    if ('ask' in item) {
      await lookAtGate(release, item, 1);
      continue;
    }
    const { application, namespace, kind, name } = item;
    const workload = { kind, namespace, name };
    status.enter('promoting', { waitingFor: { what: `${kind} ${name} to restart` } });
    const before = await insist(release, `a look at ${name}`, () => work.lastRestart({ application, workload }, `look at ${name}`));
    await insist(release, `the restart of ${name}`, () => work.restartWorkload({ application, workload, before }, `restart ${name}`));
  }
  reporter.tell({ name: 'restart', line: `restarted, for the new variables: ${rules.restart.map(({ name }) => name).join(', ')}` });
}
