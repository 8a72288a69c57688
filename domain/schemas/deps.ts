import { callsOf, literalOf, requoted, tokensOf } from './starlark.ts';
import type { Token } from './starlark.ts';

/** The tarball that a build takes its schemas from. */
export interface SchemaArchive {
  readonly url: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

export type DepsRewrite =
  | { readonly kind: 'rewritten'; readonly text: string; readonly before: SchemaArchive }
  /** The file names this very archive already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: string };

const rule = 'http_file(name = "schemas_archive")';

/**
 * Points `http_file(name = "schemas_archive")` of a Bazel file at another archive: the content of its one url and of its sha256
 * changes, and not a character besides. A rule that is written in another way is refused rather than guessed at.
 */
export function rewriteSchemaDeps(text: string, archive: SchemaArchive): DepsRewrite {
  if (!/^https?:\/\/[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(archive.url)) return refused(`${JSON.stringify(archive.url)} can't stand in a string literal`);
  if (!/^[0-9a-f]{64}$/.test(archive.sha256)) return refused(`${JSON.stringify(archive.sha256)} is no sha256`);

  const rules = callsOf(tokensOf(text), 'http_file').filter((call) => literalOf(call.arguments.get('name')) === 'schemas_archive');
  const [found] = rules;
  if (!found) return refused(`there is no ${rule}`);
  if (rules.length > 1) return refused(`there are ${rules.length} of ${rule}`);

  const url = onlyElement(found.arguments.get('urls'));
  const sha256 = found.arguments.get('sha256');
  const before = { url: literalOf(url), sha256: literalOf(sha256) };
  if (!url?.[0] || before.url === undefined) return refused(`the urls of ${rule} are not a list of one string`);
  if (!sha256?.[0] || before.sha256 === undefined) return refused(`the sha256 of ${rule} is not a string`);

  if (before.url === archive.url && before.sha256 === archive.sha256) return { kind: 'unchanged' };
  const edits = [
    { token: url[0], content: archive.url },
    { token: sha256[0], content: archive.sha256 },
  ];
  return { kind: 'rewritten', text: edited(text, edits), before: { url: before.url, sha256: before.sha256 } };
}

function refused(reason: string): DepsRewrite {
  return { kind: 'refused', reason };
}

/** The element of a list of one, trailing comma or not. */
function onlyElement(list: readonly Token[] = []): readonly Token[] | undefined {
  if (list[0]?.text !== '[' || list.at(-1)?.text !== ']') return undefined;
  return list.slice(1, list.at(-2)?.text === ',' ? -2 : -1);
}

function edited(text: string, edits: readonly { token: Token; content: string }[]): string {
  const lastFirst = edits.toSorted((a, b) => b.token.start - a.token.start);
  return lastFirst.reduce(
    (so, { token, content }) => so.slice(0, token.start) + requoted(token, content) + so.slice(token.start + token.text.length),
    text,
  );
}
