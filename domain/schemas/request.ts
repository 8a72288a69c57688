import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { oneLine, sentence } from '../text/short-text.ts';
import { branch } from '../text/names.ts';
import { schemaVersion } from './version.ts';

/** What must be typed so that a tarball which others may use is replaced. */
export const overwriteWord = 'OVERWRITE';

const common = () => ({
  component: oneLine,
  version: schemaVersion,
  base: branch.optional(),
  ref: z.string().regex(/^(?!.*(\.\.|\/\/|@\{))[A-Za-z0-9][\w./+-]*$/, 'must be a tag or a full commit SHA').optional(),
  reason: sentence.optional(),
});

/** What starts a schema release; everything else comes from the catalog. */
export const schemaRequest = deferred(() => z.strictObject({
  ...common(),
  action: z.enum(['inject-current-schemas', 'fetch-current-schemas']),
  overwrite: z.literal(overwriteWord).optional(),
}));

/** Whose tarball is listed. */
export const contentsRequest = deferred(() => z.strictObject({ component: oneLine, version: schemaVersion }));

export type ContentsRequest = z.output<typeof contentsRequest>;

/** What starts the upload of a version's schemas on its own. */
export const uploadRequest = deferred(() => z.strictObject(common()));

export type SchemaRequest = z.output<typeof schemaRequest>;
export type UploadRequest = z.output<typeof uploadRequest>;

export const schemaRequestExample = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' } satisfies SchemaRequest;
export const contentsRequestExample = { component: 'migrator', version: 'v5.3.4444' } satisfies ContentsRequest;
export const uploadRequestExample = { component: 'migrator', version: 'v5.3.4444' } satisfies UploadRequest;
