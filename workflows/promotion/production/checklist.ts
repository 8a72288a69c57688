import { condition, sleep } from '@temporalio/workflow';
import { yourLogin } from '../../../domain/people/person.ts';
import { mayDeployFrom, openTasks, whyNotConfirmed } from '../../../domain/promotion/checklist.ts';
import type { ConfirmedItem } from '../../../domain/promotion/checklist.ts';
import { now } from '../../release/status.ts';
import { takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

/** Where the release needs environment variables: everything of the catalog's list, each seen by two people, and then the time that new secrets take. */
export function passChecklist(release: ProductionRelease): Promise<void> {
  const { plan: { rules, name }, request, confirmations, status, reporter } = release;
  const { checklist, secretsGrace } = rules;
  return takeStep(release, 'checklist', async () => {
    if (!request.variables) return { told: 'no environment variables ("variables": true asks for them)', mark: 'skipped' as const, value: undefined };
    const given: ConfirmedItem[] = [];
    const rule = {
      refusal: ({ item, by }: { readonly item: string; readonly by: string }) => whyNotConfirmed(checklist, given, { item, by }),
      accept({ item, by }: { readonly item: string; readonly by: string }) {
        given.push({ item, by, at: now() });
        show();
      },
    };
    show();
    reporter.tell({ name: 'checklist-open', line: `checklist: two people have to confirm each of ${checklist.map((task) => task.name).join(', ')}` });
    await confirmations.during(rule, () => condition(() => openTasks(checklist, given).length === 0));
    const from = mayDeployFrom(checklist, given, secretsGrace)!;
    const wait = from - Date.now();
    if (wait > 0) {
      status.enter('confirmation', { waitingFor: { what: `new secrets to be found: until ${new Date(from).toISOString()}` } });
      await sleep(wait);
    }
    return { told: `confirmed: ${checklist.map((task) => task.name).join(', ')}`, value: undefined };

    function show(): void {
      const open = openTasks(checklist, given);
      status.enter('confirmation', {
        waitingFor: {
          what: `the checklist of ${name}: ${open.map((task) => `${task.name} (${task.missing === 1 ? 'a second person' : 'two people'}): ${task.about}`).join('; ')}`,
          whom: ['a pair of engineers'],
          send: open.map((task) => ({ message: 'confirm', payload: { item: task.name, by: yourLogin } })),
        },
      });
    }
  });
}
