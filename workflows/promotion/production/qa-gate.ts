import { isClear, qaTable } from '../../../domain/promotion/qa.ts';
import type { QaRow } from '../../../domain/promotion/qa.ts';
import { parseReleaseName } from '../../../domain/promotion/release-name.ts';
import { yourLogin } from '../../../domain/people/person.ts';
import type { Choice, Confirmation } from '../../../domain/people/decision.ts';
import type { Sendable } from '../../../domain/release/status.ts';
import { unknownName } from '../../../domain/text/nearest-name.ts';
import type { QaFound } from '../../../activities/promotion/production/qa.ts';
import { insist } from '../../people/obligations.ts';
import { unless } from '../../release/race.ts';
import { takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

export type QaEnd =
  | { readonly kind: 'passed' }
  | { readonly kind: 'revert'; readonly by: string; readonly pulls: readonly number[] }
  | { readonly kind: 'use'; readonly by: string; readonly release: string };

const choices = ['proceed', 'delay', 'revertUnverified', 'useRelease'] as const;
/** The details in the UI and a message in chat hold that much besides the rest. */
const longestTable = 1_800;

/** Waits until everything that the release brings was approved, by the tracker, on its page, or by somebody's word, or people decide otherwise. */
export function passQa(release: ProductionRelease): Promise<QaEnd> {
  const { plan, confirmations, questions, status, reporter, wakes, work } = release;
  const { id, repository, name, items, rules, reverted } = plan;
  const look = { id, repository, name, items, rules };
  const confirmed = new Map<string, string>();
  const agreed: string[] = [];
  let rows: readonly QaRow[] = [];
  let delay: string | undefined;
  const about = `the QA of ${name}`;

  return takeStep<QaEnd>(release, 'qa', () =>
    confirmations.during({ refusal: unfit, accept }, async () => {
      try {
        return await follow();
      } finally {
        questions.withdraw();
      }
    }),
  );

  async function follow(): Promise<{ readonly told: string; readonly mark?: 'skipped' | 'failed'; readonly value: QaEnd }> {
    status.enter('testing', { waitingFor: { what: `${about}: the tracker to answer` } });
    let found = await insist(release, about, () => work.askAboutQa({ plan: look, confirmed: {} }, `look at ${about}`));
    ({ rows } = found);
    if (!isClear(rows)) {
      reporter.tell({ name: 'qa-open', line: `qa: ${qaTable(rows, longestTable)}`, urgent: true, wanted: asked() });
      const open = rows;
      await insist(release, `the question to the authors of what is in ${name}`, () => work.askAuthors({ plan: look, rows: open }, 'ask the authors'));
    }
    questions.ask({ about, choices, refusal });
    for (;;) {
      show();
      if (isClear(rows)) return { told: `${rows.length} approved${reverted.length > 0 ? `; taken back before: ${reverted.join(', ')}` : ''}`, value: { kind: 'passed' } };
      const seen = { ...found, count: confirmed.size };
      const news = await unless(
        () => insist(release, about, () => wakes.wakeable(() => work.askAboutQa({ plan: look, confirmed: Object.fromEntries(confirmed), known: seen.mark }, `wait for ${about}`))),
        () => questions.answer() ?? (confirmed.size > seen.count ? 'confirmed' : undefined),
      );
      const answer = questions.answer();
      if (answer) {
        const end = await heed(answer);
        if (end) return end;
        questions.ask({ about, choices, refusal });
      } else if (news === 'confirmed') {
        found = await insist(release, about, () => work.askAboutQa({ plan: look, confirmed: Object.fromEntries(confirmed) }, `look at ${about}`));
      } else {
        found = news as QaFound;
      }
      ({ rows } = found);
    }
  }

  function show(): void {
    const open = rows.filter(({ verdict }) => verdict.kind !== 'approved');
    status.change({ table: qaTable(rows, longestTable) });
    status.enter('testing', {
      waitingFor: { what: `QA of ${open.map(({ item }) => item.name).slice(0, 20).join(', ')}${open.length > 20 ? ` and ${open.length - 20} more` : ''}`, ...asked() },
      ...(delay !== undefined && { next: `${delay}; agreed: ${agreed.join(', ') || 'nobody yet'}` }),
    });
  }

  /** Who has to do what about what is not approved. */
  function asked(): { readonly whom: readonly string[]; readonly send: readonly Sendable[] } {
    const open = rows.filter(({ verdict }) => verdict.kind !== 'approved');
    const send = [
      ...(open[0] ? [{ message: 'confirm', payload: { item: open[0].item.name, by: yourLogin } }] : []),
      ...choices.map((choice) => ({ message: 'decide', payload: { choice, by: yourLogin, ...(choice === 'useRelease' && { release: '2024.09.01' }), reason: 'why' } })),
    ];
    return { send, whom: [...new Set(['QA', ...open.flatMap(({ item: { author } }) => author ?? [])])].slice(0, 8) };
  }

  function unfit({ item, by }: Confirmation): string | undefined {
    if (item === 'delay' && delay !== undefined) return agreed.includes(by) ? `${by} has agreed already` : undefined;
    const open = rows.filter(({ verdict }) => verdict.kind !== 'approved').map((row) => row.item.name);
    return open.includes(item) ? undefined : unknownName('item', item, [...open, ...(delay === undefined ? [] : ['delay'])]);
  }

  function accept({ item, by }: Confirmation): void {
    if (item === 'delay') agreed.push(by);
    else confirmed.set(item, by);
    if (item === 'delay') show();
  }

  function refusal({ choice, reason, release: other }: Choice): string | undefined {
    if (!reason) return `${choice} needs a "reason"`;
    if (choice === 'revertUnverified' && unverified().length === 0) return 'what is not approved came without a pull request: it can\'t be reverted by one';
    if (choice !== 'useRelease') return undefined;
    if (other === undefined) return 'useRelease needs the "release" that is to go to production instead';
    if (other === name) return `${name} is this one`;
    const parsed = parseReleaseName(other);
    return parsed.kind === 'invalid' ? parsed.message : undefined;
  }

  function unverified(): number[] {
    return rows.filter(({ verdict }) => verdict.kind !== 'approved').flatMap(({ item }) => (item.name.startsWith('#') ? [Number(item.name.slice(1))] : []));
  }

  async function heed({ choice, by, reason = '', release: other }: Choice): Promise<{ readonly told: string; readonly mark?: 'skipped' | 'failed'; readonly value: QaEnd } | undefined> {
    switch (choice as (typeof choices)[number]) {
      case 'proceed':
        return { told: `not everything is approved; ${by} proceeds: ${reason}`, mark: 'skipped', value: { kind: 'passed' } };
      case 'delay':
        delay = `${by} wants to wait: ${reason}`;
        agreed.splice(0);
        reporter.tell({ name: 'delay', line: `qa: ${delay}. Who agrees?`, urgent: true, wanted: { whom: [], send: [{ message: 'confirm', payload: { item: 'delay', by: yourLogin } }] } });
        return undefined;
      case 'revertUnverified':
        return { told: `${by} has what is not approved reverted: ${reason}`, mark: 'failed', value: { kind: 'revert', by, pulls: unverified() } };
      case 'useRelease': {
        const hotfix = await insist(release, 'a look for a hotfix', () => work.hotfixUnderWay({ component: plan.component }, 'look for a hotfix that must go out'));
        if (hotfix !== undefined) {
          status.refuse('decide useRelease', `${hotfix} must go out, which ${other} has not`);
          return undefined;
        }
        return { told: `${by} wants ${other} instead: ${reason}`, mark: 'failed', value: { kind: 'use', by, release: other! } };
      }
    }
  }
}
