import { expect, it } from 'vitest';
import { componentIn, environmentIn, flaggedIn, haltableIn, releasableIn, schemasIn } from '../../../ports/catalog/entries.ts';
import { catalogSchema } from '../../../domain/catalog.ts';

it.each(['gitlay', 'constructor', '__proto__'])('names what it knows to whoever asks for "%s"', (name) => {
  const catalog = catalogSchema.parse({ version: 1, environments: { staging: {} }, components: {} });
  for (const look of [componentIn, environmentIn, schemasIn, flaggedIn]) {
    expect(() => look(catalog, name)).toThrow(expect.objectContaining({ type: 'InvalidInput', nonRetryable: true, message: expect.stringMatching(`^unknown .+ "${name}"\\. Known: (none|staging)$`) }));
  }
});

it('names of the components those that could have been meant', () => {
  const catalog = catalogSchema.parse({
    version: 1,
    environments: { production: {} },
    components: {
      gitaly: { code: { canonical: 'o/c', mirror: 'o/m' }, stages: [{ name: 'production', environment: 'production', promote: { kind: 'deployment' } }] },
      notes: { code: { canonical: 'o/c', mirror: 'o/m' }, versions: { production: { environment: 'production' } } },
    },
  });
  expect(() => releasableIn(catalog, 'gitlay')).toThrow('unknown component "gitlay": did you mean "gitaly"? Known: gitaly');
  expect(() => releasableIn(catalog, 'gitlay')).not.toThrow(/notes/);
  expect(() => releasableIn(catalog, 'notes')).toThrow('the catalog does not say where the commits of notes');
  expect(() => componentIn(catalog, 'note')).toThrow('Known: gitaly, notes');
});

it('lets be halted what goes through stages, and says of all else what stops its releases', () => {
  const code = { canonical: 'o/c', mirror: 'o/m' };
  const promotion = { repository: 'o/p', timeZone: 'America/Los_Angeles', engineer: 'ann', chat: { progress: '#monitor' } };
  const stages = [{ name: 'production', environment: 'production', promote: { kind: 'deployment' } }];
  const catalog = catalogSchema.parse({
    version: 1,
    environments: { production: {} },
    components: {
      gitaly: { code, stages, chat: { progress: '#alerts', team: '#team' } },
      monitor: { promotion },
      both: { code, stages, promotion },
      notes: { code, versions: { production: { environment: 'production' } } },
    },
  });
  const known = ({ channel, sourceOf }: ReturnType<typeof haltableIn>) => [channel, sourceOf('release/x/from-1'), sourceOf('production/x/2024.09.01')];
  expect(known(haltableIn(catalog, 'gitaly'))).toEqual(['#team', 'o/m', 'o/m']);
  expect(known(haltableIn(catalog, 'monitor'))).toEqual(['#monitor', 'o/p', 'o/p']);
  expect(known(haltableIn(catalog, 'both'))).toEqual(['#monitor', 'o/m', 'o/p']);
  expect(() => haltableIn(catalog, 'notes')).toThrow('nothing of notes goes through stages, so that a halt or veto would stop nothing: a release of its schemas or versions by "abort", each by itself');
  expect(() => haltableIn(catalog, 'gitlay')).toThrow('unknown component "gitlay": did you mean "gitaly"? Known: gitaly, monitor, both');
});
