import { expect, it } from 'vitest';
import { componentIn, environmentIn, flaggedIn, releasableIn, schemasIn } from '../../../ports/catalog/entries.ts';
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
