/** What a text says that it reverts. */
export interface RevertWords {
  /** Commits, by at least seven digits of their hashes. */
  readonly shas: readonly string[];
  readonly pulls: readonly number[];
  readonly titles: readonly WantedTitle[];
  /** It says itself that something of it stays. */
  readonly isPartial: boolean;
  /** The word is there, whether or not it says what is reverted. */
  readonly mentions: boolean;
}

/** A title, or its beginning where GitHub has cut it. */
export interface WantedTitle {
  readonly text: string;
  readonly isCut: boolean;
}

const quotation = /"[^\n]*"/g;
const shaList = /\breverts?\s+(?:(?:the\s+)?(?:merge\s+)?commits?\s+)?((?:[0-9a-f]{7,40}(?:\s*,\s*|\s+and\s+|\s*&\s*|;\s*)?)+)/gi;
const pullInBody = /\breverts?\s+(?:PR\s+|pull request\s+)?(?:[\w.-]+\/[\w.-]+)?#(\d+)/gi;
/** Shorter beginnings of a title fit too many. */
const leastTitle = 12;

/** @param title first line of a commit's message, or a pull request's title @param body the text below it */
export function readRevertWords(title: string, body = ''): RevertWords {
  const text = `${title}\n${body}`;
  const lines = [title, ...squashedTitles(body)].map(withoutNumber);
  const quoted = lines.flatMap((line) => quotedTitle(line) ?? []);
  return {
    shas: [...text.matchAll(shaList)].flatMap(([, list = '']) => list.toLowerCase().match(/[0-9a-f]{7,40}/g) ?? []),
    pulls: distinct([...quoted.flatMap(({ text: inner }) => numberOf(inner) ?? mergedIn(inner) ?? []), ...pullsIn(text.replace(quotation, ''))]),
    titles: quoted.map(({ text: inner, isCut }) => ({ text: withoutNumber(inner), isCut })).filter(({ text: inner }) => inner !== ''),
    isPartial: /\bpartial(ly)?\s+revert|\brevert\s+(parts?|some)\s+of\b/i.test(text),
    mentions: /\b(re|un)?revert(s|ed|ing)?\b|\breappl(y|ies|ied)\b/i.test([title, ...squashedTitles(body)].join('\n')),
  };
}

/** GitHub names the branch of a revert `revert-123-branch`. */
export function revertedByBranch(branch: string): number | undefined {
  const [, number] = /^revert-(\d+)-/.exec(branch) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Whether a title is the one that a revert names. Both may be cut. */
export function fits({ text, isCut }: WantedTitle, title: string): boolean {
  const candidate = cut(withoutNumber(title));
  if (!isCut && !candidate.isCut) return candidate.text === text;
  const [whole, beginning] = candidate.text.length >= text.length ? [candidate.text, text] : [text, candidate.text];
  const mayBeLonger = whole === candidate.text ? isCut : candidate.isCut;
  return (mayBeLonger || whole === beginning) && beginning.length >= leastTitle && whole.startsWith(beginning);
}

/** The pull request in whose name a title ends: "Fix (#12)". */
export function numberOf(title: string): number | undefined {
  const [, number] = /\(#(\d+)\)$/.exec(title.trim()) ?? [];
  return number === undefined ? undefined : Number(number);
}

function mergedIn(title: string): number | undefined {
  const [, number] = /^Merge pull request #(\d+) /.exec(title) ?? [];
  return number === undefined ? undefined : Number(number);
}

function pullsIn(text: string): number[] {
  return [...text.matchAll(pullInBody)].map(([, number]) => Number(number));
}

function withoutNumber(title: string): string {
  return title.trim().replace(/\s*\(#\d+\)$/, '');
}

/** `Reapply "X"` is what git calls the revert of `Revert "X"`. */
function quotedTitle(line: string): WantedTitle | undefined {
  const [, verb = '', rest = ''] = /^(Revert|Reapply) "(.*)$/s.exec(line) ?? [];
  if (!verb) return undefined;
  const { text, isCut } = cut(rest);
  const inner = isCut ? text : text.replace(/"$/, '');
  return { text: verb === 'Revert' ? inner : `Revert "${inner}${isCut ? '' : '"'}`, isCut };
}

function cut(title: string): WantedTitle {
  const at = title.search(/(?:…|\.\.\.)"*$/);
  return at < 0 ? { text: title, isCut: false } : { text: title.slice(0, at).replace(/ \(#\d*$/, ''), isCut: true };
}

/** A squash lists the titles of what it holds. */
function squashedTitles(body: string): string[] {
  return [...body.matchAll(/^\* (.+)$/gm)].map(([, title = '']) => title);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
