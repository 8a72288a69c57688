import { readFileSync } from 'node:fs';
import type { LedgerCommit } from '../../../domain/promotion/mainline.ts';
import { namedSha } from '../../shas.ts';

export interface Chain {
  readonly name: string;
  readonly commits: readonly (LedgerCommit & { readonly release: string })[];
}

/** Reads `revert-chains.md`: real histories, one a section. What lies between their commits is left out. */
export function readChains(file: string | URL): readonly Chain[] {
  return readFileSync(file, 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      return { name: name.trim(), commits: lines.flatMap((line) => commitIn(line) ?? []) };
    });
}

function commitIn(line: string) {
  const [, sha = '', parents = '', title = '', trailer = '', release = ''] = /^- `(\w+)` \S+ \[([^\]]*)\] (.*) \| (.*) \| first tag (\S+)$/.exec(line) ?? [];
  if (!sha) return undefined;
  const reverted = trailer === 'NO trailer' ? [] : trailer.split('; ');
  const body = reverted.map((of) => `This reverts commit ${of.replace(' reversing to ', ', reversing\nchanges made to ')}.`).join('\n');
  return { sha: namedSha(sha), parents: parents.split(' ').map(namedSha), title, body, release };
}
