import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, ErrorCode, Node } from 'yaml';
import { catalogSchema } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { chat } from './release/chat.ts';
import type { ChatChannels } from './release/chat.ts';
import { check } from './text/mistakes.ts';
import type { Mistake } from './text/mistakes.ts';

/** One mistake in `slipway.yaml`; `line` and `column` count from 1, `path` is dotted and empty for the whole file. */
export interface CatalogProblem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export type CatalogReading =
  | { readonly kind: 'valid'; readonly catalog: Catalog }
  | { readonly kind: 'invalid'; readonly problems: readonly CatalogProblem[] };

interface Misplaced {
  /** In characters from the start of the text. */
  readonly offset: number;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Reads the text of a `slipway.yaml`; never throws. Problems come in the order of the text. */
export function readCatalog(text: string): CatalogReading {
  const lines = new LineCounter();
  // Its own search for keys that are there twice compares each with each.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const malformed = syntaxMistakes(document);
  if (malformed.length > 0) return invalid(malformed, lines);

  const checked = check(catalogSchema, document.toJS({ maxAliasCount: -1 }));
  if (checked.kind === 'valid') return { kind: 'valid', catalog: checked.value };
  return invalid(checked.mistakes.map((mistake) => ({ ...mistake, offset: offsetOf(document, mistake) })), lines);
}

/** Where people follow a component, by a text that may be no catalog otherwise; undefined where it does not tell. */
export function channelsIn(text: string, component: string): ChatChannels | undefined {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  for (const capability of [[], ['promotion']]) {
    const node = document.getIn(['components', component, ...capability, 'chat']);
    const read = chat.safeParse(isMap(node) ? node.toJS(document) : undefined);
    if (read.success) return read.data;
  }
  return undefined;
}

/** `slipway.yaml:12:5: components.gitaly.source.mirror: must be "owner/name", not "gitaly"` */
export function problemLine(file: string, { line, column, path, message }: CatalogProblem): string {
  return `${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`;
}

function invalid(mistakes: readonly Misplaced[], lines: LineCounter): CatalogReading {
  const problems = mistakes
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, path, message }) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1), path: path.join('.'), message };
    });
  return { kind: 'invalid', problems };
}

const plainer: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'the catalog is one document: remove the "---"',
};

function syntaxMistakes(document: Document.Parsed): Misplaced[] {
  const mistakes: Misplaced[] = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    path: [],
    message: plainer[code] ?? message,
  }));
  visit(document, {
    Map: (_key, map, above) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const offset = key.range?.[0] ?? 0;
        if (seen.has(name)) mistakes.push({ offset, path: [], message: 'this key is there already' });
        // Whatever is called so is no key of a JavaScript object, and would be left out without a word.
        if (name === '__proto__') mistakes.push({ offset, path: [...above.filter(isPair).map((pair) => String(pair.key)), name], message: 'nothing can be called so' });
        seen.add(name);
      }
    },
    Alias: (_key, alias) => {
      if (!alias.resolve(document)) mistakes.push({ offset: alias.range?.[0] ?? 0, path: [], message: `no anchor &${alias.source} above this alias` });
    },
  });
  return mistakes;
}

/** Where a mistake is in the text; what is missing is reported at the key that it is missing under. */
function offsetOf(document: Document.Parsed, { path, at }: Mistake): number {
  let node: Node | null | undefined = document.contents;
  let offset = 0;
  for (const [depth, segment] of path.entries()) {
    const { key, value } = child(document, node, segment);
    if (!key && !value) return offset;
    const last = depth === path.length - 1;
    offset = (last && at === 'value' ? (value ?? key) : (key ?? value))?.range?.[0] ?? offset;
    node = value;
  }
  return offset;
}

function child(document: Document.Parsed, parent: Node | null | undefined, segment: PropertyKey): { key?: Node; value?: Node | null } {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq<Node>(node)) {
    const value = node.items[Number(segment)];
    return value ? { value } : {};
  }
  if (!isMap<Node, Node | null>(node)) return {};
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === segment) ?? {};
}
