import { expect, it } from 'vitest';
import { contentsText } from '../../client/capabilities/schemas.ts';

const sum = (digit: string) => digit.repeat(64);

it('lists a tarball for the captain: versions, parts, sizes, checksums, and what has changed', () => {
  const schemas = [
    { name: 'README', size: 3, sha256: sum('0') },
    { name: 'v5.2.0-internal_database_schema.json', version: 'v5.2.0', part: '', size: 400, sha256: sum('1') },
    { name: 'v5.3.4444-internal_database_schema.codeintel.json', version: 'v5.3.4444', part: '.codeintel', size: 41, sha256: sum('2') },
  ] as const;
  const changes = { since: 'dist/schemas-v5.2.1.tar.gz', came: ['v5.3.4444'], went: ['v3.20.0'], changed: ['v5.2.0'] } as const;
  expect(contentsText({ kind: 'listed', archive: 'dist/schemas-v5.3.4444.tar.gz', url: 'https://x/a', size: 900, sha256: sum('a'), by: 'schemas/migrator/v5.3.4444 of today', schemas, more: 2, changes }).split('\n')).toEqual([
    `dist/schemas-v5.3.4444.tar.gz: 5 files of 2 versions, 900 bytes, sha256 ${sum('a')}`,
    'https://x/a',
    'made by schemas/migrator/v5.3.4444 of today',
    'since dist/schemas-v5.2.1.tar.gz: v5.3.4444 came in; v3.20.0 went; changed: v5.2.0',
    '',
    'version    schema                 bytes  sha256',
    `           README                 3      ${sum('0')}`,
    `v5.2.0     schema.json            400    ${sum('1')}`,
    `v5.3.4444  schema.codeintel.json  41     ${sum('2')}`,
    'and 2 more',
  ]);
});

it('says so where there is none', () => {
  expect(contentsText({ kind: 'absent', archive: 'dist/schemas-v5.3.4444.tar.gz' })).toBe('there is no dist/schemas-v5.3.4444.tar.gz');
});
