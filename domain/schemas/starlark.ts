/** A piece of a Starlark file that means something: comments and white space are left out. */
export interface StarlarkToken {
  readonly kind: 'name' | 'string' | 'mark';
  /** As written, quotes included. */
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
}

/** A call `callee(argument = …)`, with the tokens of each named argument. */
export interface Call {
  readonly arguments: ReadonlyMap<string, readonly StarlarkToken[]>;
}

const comment = '#[^\\n]*';
const string = '[rRbB]{0,2}(?:"""(?:\\\\[^]|[^\\\\])*?"""|\'\'\'(?:\\\\[^]|[^\\\\])*?\'\'\'|"(?:\\\\[^]|[^"\\\\\\n])*"|\'(?:\\\\[^]|[^\'\\\\\\n])*\')';
const pattern = new RegExp(`${comment}|(?<string>${string})|(?<name>[A-Za-z_]\\w*)|(?<mark>\\S)`, 'g');

export function tokensOf(text: string): readonly StarlarkToken[] {
  const tokens: StarlarkToken[] = [];
  for (const { 0: whole, index, groups } of text.matchAll(pattern)) {
    const kind = (['string', 'name', 'mark'] as const).find((one) => groups?.[one] !== undefined);
    if (kind) tokens.push({ kind, text: whole, start: index });
  }
  return tokens;
}

/** Every call of a function by its bare name, in the order of the file. */
export function callsOf(tokens: readonly StarlarkToken[], callee: string): readonly Call[] {
  return tokens.flatMap((token, index) => {
    const before = tokens[index - 1]?.text;
    const isCall = token.kind === 'name' && token.text === callee && tokens[index + 1]?.text === '(' && before !== 'def' && before !== '.';
    return isCall ? [{ arguments: namedArguments(tokens, index + 2) }] : [];
  });
}

/** What a plain string literal holds; undefined for anything else, also for one with escapes. */
export function literalOf(tokens: readonly StarlarkToken[] | undefined): string | undefined {
  const [token, ...rest] = tokens ?? [];
  if (token?.kind !== 'string' || rest.length > 0 || token.text.includes('\\')) return undefined;
  return unquoted(token.text).content;
}

/** The literal with other content, in the same quotes. */
export function requoted({ text }: StarlarkToken, content: string): string {
  const { open, close } = unquoted(text);
  return `${open}${content}${close}`;
}

function unquoted(text: string): { open: string; content: string; close: string } {
  const [, prefix = '', quote = ''] = /^([rRbB]*)("""|'''|"|')/.exec(text) ?? [];
  const open = prefix + quote;
  return { open, content: text.slice(open.length, -quote.length), close: quote };
}

function namedArguments(tokens: readonly StarlarkToken[], from: number): ReadonlyMap<string, readonly StarlarkToken[]> {
  const found = new Map<string, readonly StarlarkToken[]>();
  let current: StarlarkToken[] = [];
  let depth = 0;
  for (const token of tokens.slice(from)) {
    const closes = depth === 0 && token.text === ')';
    if (closes || (depth === 0 && token.text === ',')) {
      const [name, equals, ...value] = current;
      if (name?.kind === 'name' && equals?.text === '=') found.set(name.text, value);
      current = [];
      if (closes) break;
      continue;
    }
    if (token.kind === 'mark' && '([{'.includes(token.text)) depth += 1;
    if (token.kind === 'mark' && ')]}'.includes(token.text)) depth -= 1;
    current.push(token);
  }
  return found;
}
