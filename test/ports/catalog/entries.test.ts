import { expect, it } from 'vitest';
import { componentIn, environmentIn, flaggedIn, schemasIn } from '../../../ports/catalog/entries.ts';
import { catalogSchema } from '../../../domain/catalog.ts';

it.each(['gitlay', 'constructor', '__proto__'])('names what it knows to whoever asks for "%s"', (name) => {
  const catalog = catalogSchema.parse({ version: 1, environments: { staging: {} }, components: {} });
  for (const look of [componentIn, environmentIn, schemasIn, flaggedIn]) {
    expect(() => look(catalog, name)).toThrow(expect.objectContaining({ type: 'InvalidInput', nonRetryable: true, message: expect.stringMatching(`^unknown .+ "${name}"\\. Known: (none|staging)$`) }));
  }
});
