/** An issue's key as its tracker writes it: `MNTOR-5035`. */
export type IssueKey = string;

/** Where a pull request may name the issues that it belongs to. */
export interface KeyedText {
  readonly title: string;
  readonly branch: string;
  readonly body: string;
  /** Messages of its commits. */
  readonly commits: readonly string[];
}

/** The issues of a pull request. */
export type FoundKeys =
  | { readonly kind: 'keyed'; readonly keys: readonly IssueKey[] }
  /** Title and branch name different issues: whose QA counts must be asked. */
  | { readonly kind: 'disagreeing'; readonly title: readonly IssueKey[]; readonly branch: readonly IssueKey[] }
  | { readonly kind: 'none' };

/** How far apart the numbers of one list may be: "MNTOR-5035, 2024 roadmap" names one issue. */
const listSpan = 500;

/**
 * The keys of a pull request. Its title and its branch say what it is for; commits and body, which mention others in passing, are asked
 * only when those say nothing.
 * @param projects of the tracker, e.g. `MNTOR`. Whatever else looks like a key (`node-20`, `RFC 8058`, `UTF-8`) is none.
 */
export function findKeys({ title, branch, body, commits }: KeyedText, projects: readonly string[]): FoundKeys {
  const [inTitle, inBranch] = [title, branch].map((text) => issueKeys(text, projects)) as [IssueKey[], IssueKey[]];
  if (inTitle.length > 0 && inBranch.length > 0 && !inBranch.some((key) => inTitle.includes(key))) {
    return { kind: 'disagreeing', title: inTitle, branch: inBranch };
  }
  const named = distinct([...inTitle, ...inBranch]);
  const mentioned = () => [commits.join('\n'), body].map((text) => issueKeys(text, projects)).find((keys) => keys.length > 0) ?? [];
  const keys = named.length > 0 ? named : mentioned();
  return keys.length > 0 ? { kind: 'keyed', keys } : { kind: 'none' };
}

/**
 * The keys in a text, each once, in the order of their first appearance. People write them in any case, with a dash, a space or an
 * underscore, with a number of their own behind (`MNTOR-4448-2`), and as a list (`MNTOR-5035, 5036, 5038`).
 */
export function issueKeys(text: string, projects: readonly string[]): IssueKey[] {
  if (projects.length === 0) return [];
  const key = new RegExp(String.raw`(?<![A-Za-z0-9])(${projects.join('|')})\s?[-–—‑_ ]\s?([1-9]\d*)(?![A-Za-z0-9]|\.\d)((?:(?:\s*[,/&+]\s*|\s+and\s+)\d+(?![A-Za-z0-9-]|\.\d))*)`, 'gi');
  const found = [...text.matchAll(key)].flatMap(([, project = '', first = '', rest = '']) =>
    [first, ...listed(first, rest)].map((number) => `${project.toUpperCase()}-${number}`),
  );
  return distinct(found);
}

/** Numbers that go on a list: as long as its first, and near it. */
function listed(first: string, rest: string): string[] {
  return (rest.match(/\d+/g) ?? []).filter((number) => number.length === first.length && Math.abs(Number(number) - Number(first)) <= listSpan);
}

function distinct(keys: readonly IssueKey[]): IssueKey[] {
  return [...new Set(keys)];
}
