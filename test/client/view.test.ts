import { describe, expect, it } from 'vitest';
import { openView } from '../../client/release/view.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';

const opening: ReleaseStatus = { release: 'release/gitaly/from-aaaa', component: 'gitaly', state: 'opening', stages: [], undone: [], stays: [], owed: [], decisions: [], refused: [] };
const merging: ReleaseStatus = { ...opening, state: 'merging', pullRequest: { number: 7, url: 'https://forge/pull/7' } };

function view({ isTTY, columns = 80, as = 'text' }: { isTTY: boolean; columns?: number; as?: 'text' | 'json' }) {
  let written = '';
  const stderr = { isTTY, columns, write: (text: string) => void (written += text) };
  const stdout = { write: () => expect.unreachable('a view must leave stdout to the answer') };
  const terminal = { stdout, stderr, env: {} };
  return { ...openView({ terminal, as, server: () => expect.unreachable() }), written: () => written };
}

describe('in a terminal', () => {
  it('draws a release over its last picture, and leaves nothing behind', () => {
    const { show, close, written } = view({ isTTY: true });
    show(opening, undefined);
    show(merging, undefined);
    close();
    expect(written()).toBe(
      '\x1b[0Jrelease/gitaly/from-aaaa: opening\n' +
        '\x1b[1A\x1b[0Jrelease/gitaly/from-aaaa: merging\npull request #7 https://forge/pull/7\n' +
        '\x1b[2A\x1b[0J',
    );
  });

  it('draws over all rows of a line that wraps', () => {
    const { show, close, written } = view({ isTTY: true, columns: 20 });
    show(opening, undefined);
    close();
    expect(written()).toBe('\x1b[0Jrelease/gitaly/from-aaaa: opening\n\x1b[2A\x1b[0J');
  });

  it('keeps the picture when nobody answers', () => {
    const { show, away, written } = view({ isTTY: true });
    show(opening, undefined);
    away(new Error('no worker answers'));
    expect(written().split('\x1b[0J').at(-1)).toBe('release/gitaly/from-aaaa: opening\n… no worker answers\n');
  });
});

describe('elsewhere', () => {
  it('tells every change once, and once that nobody answers', () => {
    const { show, away, written } = view({ isTTY: false });
    show(opening, undefined);
    show(opening, undefined);
    away(new Error('no worker answers'));
    away(new Error('no worker answers'));
    show(merging, undefined);
    const lines = written().trimEnd().split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
    expect(lines).toEqual(['opening', 'waiting: no worker answers', 'there is an answer again', 'pull request #7 https://forge/pull/7', 'merging']);
  });

  it('says nothing to a program', () => {
    const { show, away, close, written } = view({ isTTY: false, as: 'json' });
    show(opening, undefined);
    away(new Error('no worker answers'));
    close();
    expect(written()).toBe('');
  });
});
