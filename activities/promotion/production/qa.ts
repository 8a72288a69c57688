import { createHash } from 'node:crypto';
import { inert } from '../../../domain/code/quiet-text.ts';
import { marker } from '../../../domain/code/marker.ts';
import { ticksIn } from '../../../domain/promotion/pre-release.ts';
import { askQa, isClear } from '../../../domain/promotion/qa.ts';
import type { QaRow } from '../../../domain/promotion/qa.ts';
import type { ProductionPlan } from '../../../domain/promotion/production/plan.ts';
import { notYet } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';

type QaPlan = Pick<ProductionPlan, 'id' | 'repository' | 'name' | 'items' | 'rules'>;

export interface QaLook {
  readonly plan: QaPlan;
  /** Items that somebody has confirmed, and who. */
  readonly confirmed: Readonly<Record<string, string>>;
  /** The mark of what is known already: waits until something has changed. */
  readonly known?: string;
}

export interface QaFound {
  readonly rows: readonly QaRow[];
  readonly mark: string;
}

/** What QA says of a release. */
export function createQaGate({ forge, issues, readLagMs }: Pick<Ports, 'forge' | 'issues' | 'readLagMs'>) {
  /** @throws `NotYet` while nothing has changed */
  async function askAboutQa({ plan, confirmed, known }: QaLook): Promise<QaFound> {
    const { repository, name, items, rules } = plan;
    const { approved = [], exempt = [] } = rules.qa ?? {};
    const keys = [...new Set(items.flatMap(({ found }) => (found.kind === 'keyed' ? found.keys : [])))];
    const [tickets, page] = await Promise.all([issues && keys.length > 0 ? issues.find(keys) : [], forge.releases.find(repository, name)]);
    const ticked = new Set([...ticksIn(page?.body ?? '')].flatMap(([item, isTicked]) => (isTicked ? [item] : [])));
    const rows = askQa(items, { approved, exempt }, { tickets, ticked, confirmed: new Map(Object.entries(confirmed)) });
    const mark = markOf(rows);
    if (mark === known && !isClear(rows)) throw notYet(`QA of ${name} has not changed`);
    return { rows, mark };
  }

  /** Asks who wrote what is unclear or untested, on its pull request, once a release. */
  async function askAuthors({ plan, rows }: { readonly plan: QaPlan; readonly rows: readonly QaRow[] }): Promise<void> {
    for (const { item, verdict } of rows) {
      const number = Number(/^#(\d+)$/.exec(item.name)?.[1]);
      if ((verdict.kind !== 'unclear' && verdict.kind !== 'untested') || Number.isNaN(number)) continue;
      const mark = marker(`${plan.id}/qa/${item.name}`);
      const whom = item.author === undefined || item.author.endsWith('[bot]') ? '' : `@${item.author}: `;
      await effect({
        key: `comment ${plan.repository}#${number} ${plan.id}/qa`,
        lagMs: readLagMs,
        probe: async () => ((await forge.discussions.hasComment(plan.repository, number, mark)) ? true : undefined),
        act: () => forge.discussions.comment(plan.repository, number, `${whom}this is in ${plan.name}, which is to go to production, and its QA is ${verdict.kind}: ${inert(verdict.why)}. May it go?\n\n${mark}`),
      });
    }
  }

  return { askAboutQa, askAuthors: beating(askAuthors) };
}

function markOf(rows: readonly QaRow[]): string {
  return createHash('sha256').update(JSON.stringify(rows.map(({ item, verdict }) => [item.name, verdict]))).digest('hex').slice(0, 16);
}
