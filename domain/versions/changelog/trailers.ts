/** One line such as `Changelog: added` below a commit's message. */
export interface Trailer {
  readonly key: string;
  readonly value: string;
}

/** Lines that git itself writes. One of them makes a paragraph a block of trailers of which only a quarter need to be some. */
const gitsOwn = ['Signed-off-by: ', '(cherry picked from commit '];
const trailer = /^([A-Za-z0-9-]+)[ \t]*:(.*)$/s;

/**
 * The trailers of a commit's message as git itself reads them (`git interpret-trailers --parse`): the last paragraph, unless that is the title,
 * where all its lines are trailers, or one is git's own and at least a quarter are.
 */
export function trailersOf(message: string): readonly Trailer[] {
  const found: Trailer[] = [];
  /** What an indented line goes on with; nothing where that is prose or a comment. */
  let current: Trailer | undefined;
  for (const line of trailerBlock(message)) {
    const [, key, value = ''] = trailer.exec(line) ?? [];
    if (/^\s/.test(line)) {
      if (!current) continue;
      found.pop();
      current = { key: current.key, value: `${current.value} ${line.trim()}`.trim() };
    } else {
      current = key === undefined ? undefined : { key, value: value.trim() };
    }
    if (current) found.push(current);
  }
  return found;
}

/** The value of a trailer: the last one of several wins, and the case of its name does not matter. */
export function trailerValue(message: string, key: string): string | undefined {
  return trailersOf(message).findLast((one) => one.key.toLowerCase() === key.toLowerCase())?.value;
}

/** Whether a line looks like this trailer, and git does not take it for one: it stands outside the last paragraph. */
export function strayTrailer(message: string, key: string): string | undefined {
  if (trailerValue(message, key) !== undefined) return undefined;
  const line = new RegExp(`^${key}[ \\t]*:[ \\t]*(\\S.*)$`, 'im').exec(message);
  return line?.[1]?.trim();
}

function trailerBlock(message: string): readonly string[] {
  const lines = withoutEnd(message.split('\n'));
  const title = lines.findIndex((line) => !line.startsWith('#') && isBlank(line));
  if (title === -1) return [];
  const start = lines.findLastIndex(isBlank) + 1;
  const paragraph = lines.slice(start);
  return start > title && isBlock(paragraph) ? paragraph : [];
}

/** Without the comments and blank lines at its end. */
function withoutEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => !line.startsWith('#') && !isBlank(line)) + 1);
}

function isBlock(paragraph: readonly string[]): boolean {
  let trailers = 0;
  let others = 0;
  let own = false;
  /** Indented lines, which belong to the trailer above them, if there is one. */
  let indented = 0;
  for (const line of paragraph.toReversed()) {
    if (line.startsWith('#')) {
      others += indented;
      indented = 0;
    } else if (gitsOwn.some((prefix) => line.startsWith(prefix)) || trailer.test(line)) {
      own ||= gitsOwn.some((prefix) => line.startsWith(prefix));
      trailers++;
      indented = 0;
    } else if (/^\s/.test(line)) {
      indented++;
    } else {
      others += 1 + indented;
      indented = 0;
    }
  }
  others += indented;
  return own ? trailers * 3 >= others : trailers > 0 && others === 0;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
