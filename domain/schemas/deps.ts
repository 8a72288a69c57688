import { callsOf, literalOf, requoted, tokensOf } from './starlark.ts';
import type { StarlarkToken } from './starlark.ts';

/** The tarball that a build takes its schemas from. */
export interface SchemaArchive {
  readonly url: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Enough of a sha256 for people to tell it from another. */
export function shortSum(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}

export type DepsRewrite =
  | { readonly kind: 'rewritten'; readonly text: string; readonly before: SchemaArchive }
  /** The file names this very archive already. */
  | { readonly kind: 'unchanged' }
  | DepsRefusal;

export interface DepsRefusal {
  readonly kind: 'refused';
  readonly reason: string;
}

interface DepsRule {
  readonly kind: 'rule';
  readonly archive: SchemaArchive;
  /** The literals of both. */
  readonly url: StarlarkToken;
  readonly sha256: StarlarkToken;
}

const rule = 'http_file(name = "schemas_archive")';

/**
 * Points `http_file(name = "schemas_archive")` of a Bazel file at another archive: the content of its one url and of its sha256
 * changes, and not a character besides. A rule that is written in another way is refused rather than guessed at.
 */
export function rewriteSchemaDeps(text: string, archive: SchemaArchive): DepsRewrite {
  if (!/^https?:\/\/[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(archive.url)) return refused(`${JSON.stringify(archive.url)} can't stand in a string literal`);
  if (!/^[0-9a-f]{64}$/.test(archive.sha256)) return refused(`${JSON.stringify(archive.sha256)} is no sha256`);

  const found = ruleIn(text);
  if (found.kind === 'refused') return found;
  const { url, sha256, archive: before } = found;
  if (before.url === archive.url && before.sha256 === archive.sha256) return { kind: 'unchanged' };
  const edits = [
    { token: url, content: archive.url },
    { token: sha256, content: archive.sha256 },
  ];
  return { kind: 'rewritten', text: edited(text, edits), before };
}

/** The archive that a Bazel file names. Refused where it is not written in a way that can be rewritten. */
export function archiveNamedIn(text: string): { readonly kind: 'named'; readonly archive: SchemaArchive } | DepsRefusal {
  const found = ruleIn(text);
  return found.kind === 'rule' ? { kind: 'named', archive: found.archive } : found;
}

function ruleIn(text: string): DepsRule | DepsRefusal {
  const rules = callsOf(tokensOf(text), 'http_file').filter((call) => literalOf(call.arguments.get('name')) === 'schemas_archive');
  const [found] = rules;
  if (!found) return refused(`there is no ${rule}`);
  if (rules.length > 1) return refused(`there are ${rules.length} of ${rule}`);
  const urls = onlyElement(found.arguments.get('urls'));
  const sums = found.arguments.get('sha256');
  const [url, sha256] = [literalOf(urls), literalOf(sums)];
  if (!urls?.[0] || url === undefined) return refused(`the urls of ${rule} are not a list of one string`);
  if (!sums?.[0] || sha256 === undefined) return refused(`the sha256 of ${rule} is not a string`);
  return { kind: 'rule', archive: { url, sha256 }, url: urls[0], sha256: sums[0] };
}

function refused(reason: string): DepsRefusal {
  return { kind: 'refused', reason };
}

/** The element of a list of one, trailing comma or not. */
function onlyElement(list: readonly StarlarkToken[] = []): readonly StarlarkToken[] | undefined {
  if (list[0]?.text !== '[' || list.at(-1)?.text !== ']') return undefined;
  return list.slice(1, list.at(-2)?.text === ',' ? -2 : -1);
}

function edited(text: string, edits: readonly { token: StarlarkToken; content: string }[]): string {
  const lastFirst = edits.toSorted((a, b) => b.token.start - a.token.start);
  return lastFirst.reduce(
    (so, { token, content }) => so.slice(0, token.start) + requoted(token, content) + so.slice(token.start + token.text.length),
    text,
  );
}
