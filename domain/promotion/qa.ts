import { inert } from '../code/quiet-text.ts';
import { cut } from '../text/short-text.ts';
import type { FoundKeys, IssueKey } from './issue-keys.ts';
import type { Item } from './pre-release.ts';
import type { Ticket } from './ticket.ts';
import { isStatus } from './ticket.ts';

/** What QA says of one thing that a release brings. */
export type QaVerdict =
  | { readonly kind: 'approved'; readonly by: string }
  /** It can't be told what its QA is: its author is asked. */
  | { readonly kind: 'unclear'; readonly why: string }
  | { readonly kind: 'untested'; readonly why: string }
  /** It belongs to no ticket. */
  | { readonly kind: 'noKey' };

export interface QaRow {
  readonly item: Item;
  readonly keys: readonly IssueKey[];
  readonly verdict: QaVerdict;
}

export interface QaRules {
  /** Statuses in which QA has approved a ticket. */
  readonly approved: readonly string[];
  /** Authors whose pull requests need no ticket, such as `dependabot[bot]`. */
  readonly exempt: readonly string[];
}

export interface QaQuestion {
  readonly item: Item;
  readonly found: FoundKeys;
}

/** What is known besides the tracker. */
export interface QaAnswers {
  readonly tickets: readonly Ticket[];
  /** Items that are ticked on the release's page. */
  readonly ticked: ReadonlySet<string>;
  /** Items that somebody has confirmed, and who. */
  readonly confirmed: ReadonlyMap<string, string>;
}

/** What QA says of a release, thing by thing. What people have answered outranks what a ticket says. */
export function askQa(questions: readonly QaQuestion[], rules: QaRules, { tickets, ticked, confirmed }: QaAnswers): QaRow[] {
  const known = new Map(tickets.map((ticket) => [ticket.key, ticket]));
  return questions.map(({ item, found }) => {
    const keys = found.kind === 'keyed' ? found.keys : found.kind === 'disagreeing' ? [...found.title, ...found.branch] : [];
    const by = confirmed.get(item.name) ?? (ticked.has(item.name) ? 'a tick' : undefined);
    return { item, keys, verdict: by === undefined ? judge(item, found, known, rules) : { kind: 'approved', by } };
  });
}

function judge({ author }: Item, found: FoundKeys, known: ReadonlyMap<IssueKey, Ticket>, { approved, exempt }: QaRules): QaVerdict {
  switch (found.kind) {
    case 'none':
      return author !== undefined && exempt.includes(author) ? { kind: 'approved', by: `the rule for ${author}` } : { kind: 'noKey' };
    case 'disagreeing':
      return { kind: 'unclear', why: `its title names ${found.title.join(', ')}, its branch ${found.branch.join(', ')}` };
    case 'keyed': {
      const missing = found.keys.filter((key) => !known.has(key));
      if (missing.length > 0) return { kind: 'unclear', why: `there is no ${missing.join(', ')}, or it is hidden` };
      const open = found.keys.map((key) => known.get(key)!).filter(({ status }) => !approved.some((name) => isStatus(name, status)));
      if (open.length > 0) return { kind: 'untested', why: open.map(({ key, status }) => `${key} is "${status}"`).join(', ') };
      return { kind: 'approved', by: found.keys.join(', ') };
    }
  }
}

export function isClear(rows: readonly QaRow[]): boolean {
  return rows.every(({ verdict }) => verdict.kind === 'approved');
}

const headings = { untested: 'untested', unclear: 'unclear', noKey: 'without a key', approved: 'approved' } as const;
/** What stands in a release's way comes first: it is what people look for. */
const order = ['untested', 'unclear', 'noKey', 'approved'] as const;
const longestTitle = 60;

/**
 * A table of a release's QA, in Markdown, of at most `most` characters. What does not fit is counted, the approved ones first: a release of 60
 * pull requests would else not fit where it must be shown.
 */
export function qaTable(rows: readonly QaRow[], most: number): string {
  const counts = order.map((kind) => `${rows.filter(({ verdict }) => verdict.kind === kind).length} ${headings[kind]}`).join(', ');
  const lines = order.flatMap((kind) => rows.filter(({ verdict }) => verdict.kind === kind).map(lineOf));
  for (let kept = lines.length; ; kept--) {
    const left = lines.length - kept;
    const text = [counts, '', '| what | QA | keys |', '| --- | --- | --- |', ...lines.slice(0, kept), ...(left > 0 ? ['', `and ${left} more`] : [])].join('\n');
    if (text.length <= most) return text;
    if (kept === 0) return cut(counts, most);
  }
}

function lineOf({ item: { name, title, url, author }, keys, verdict }: QaRow): string {
  const why = verdict.kind === 'approved' ? `by ${verdict.by}` : verdict.kind === 'noKey' ? '' : `: ${verdict.why}`;
  const whom = verdict.kind === 'unclear' || verdict.kind === 'untested' ? (author === undefined ? '' : `; ask ${author}`) : '';
  return `| [${name}](${url}) ${inert(cut(title, longestTitle))} | ${headings[verdict.kind]} ${inert(`${why}${whom}`.trim())} | ${keys.join(', ')} |`;
}

/** What is in a release, for those who follow it, in at most `most` characters. */
export function qaNotes(items: readonly Item[], since: string | undefined, most: number): string {
  const lines = items.map(({ name, title, author }) => `${name} ${inert(cut(title, longestTitle))}${author === undefined ? '' : ` (${inert(author)})`}`);
  return cut([`What is new${since === undefined ? '' : ` since ${since}`}:`, ...(lines.length > 0 ? lines : ['nothing'])].join('\n'), most);
}
