import { z } from 'zod';
import { checkRules } from '../code/rules.ts';
import { duration } from '../text/duration.ts';
import { branch, label, login, path, repository, title, workflowFile } from '../text/names.ts';
import { formerly } from '../text/mistakes.ts';
import { templateMistake } from './names.ts';
import { schemaVersion } from './version.ts';

/** Refines a text to one in which each of these stands exactly once. */
function holding(...placeholders: readonly string[]) {
  return [(text: string) => placeholders.every((one) => text.split(one).length === 2), `must contain ${placeholders.join(' and ')} exactly once`] as const;
}

const objectName = z.string().superRefine((text, context) => {
  const message = templateMistake(text);
  if (message) context.addIssue({ code: 'custom', message });
});

const part = z.strictObject({
  name: z.string().regex(/^(\.[a-z0-9_-]+)?$/, 'must be empty or begin with a dot, such as ".codeintel"'),
  since: schemaVersion.optional().describe('The first version that has it; every version, if not given.'),
});

/** How schema files are called; what `{part}` may stand for is the list of the schemas that a version has. */
const names = z.strictObject({
  source: path.refine(...holding('{part}')).prefault('internal/database/schema{part}.json').describe('In the repository.'),
  object: objectName.optional().describe("In the bucket, below schemas/. As most of the files there are called, if not given; {version}-internal_database.schema{part}.json in an empty one."),
  accepts: z.array(objectName).prefault([]).describe('Names that older versions were uploaded under.'),
  ignores: z.array(z.string().min(1)).prefault(['*/']).describe('Names below schemas/, and paths in the repository, that are no schemas and may stay; * stands for any text. Unless told otherwise: placeholders of folders.'),
  parts: z
    .array(part)
    .min(1)
    .refine((parts) => new Set(parts.map(({ name }) => name)).size === parts.length, 'must not name a part twice')
    .prefault([{ name: '' }, { name: '.codeintel', since: 'v3.21.0' }, { name: '.codeinsights', since: 'v3.25.0' }]),
});

/** How a component's database schemas are released. */
export const schemaRules = z.strictObject({
  repository,
  branch: branch.prefault('main').describe('The base branch of a version whose line has no branch of its own yet.'),
  lineBranch: z.string().refine(...holding('{line}')).prefault('{line}').describe('How the branch of a line is called ("5.1"); where there is one, it is the base branch of that line.'),
  lines: z.record(z.string().regex(/^\d+\.\d+$/, 'must be a line such as "5.1"'), branch).prefault({}).describe('Lines that another branch carries.'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, "must be a bucket's name"),
  url: z
    .string()
    .regex(/^https?:\/\/[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/, 'must be an http or https URL without quotes')
    .refine(...holding('{archive}'))
    .prefault('https://storage.googleapis.com/{bucket}/dist/{archive}')
    .describe('Where builds get the tarball.'),
  names: names.prefault({}),
  file: path.prefault('tools/release/schema_deps.bzl').describe('Holds http_file(name = "schemas_archive").'),
  head: z.string().refine(...holding('{version}')).prefault('schemas/{version}').describe("The pull request's branch."),
  title: title.refine(...holding('{version}')).prefault('Release {version}: database schemas'),
  labels: z.array(label).prefault([]),
  merge: z.enum(['merge', 'squash', 'rebase']).prefault('merge'),
  ...checkRules,
  build: z
    .strictObject({ workflow: workflowFile, inputs: z.record(z.string(), z.string()) })
    .refine(({ inputs }) => Object.values(inputs).some((template) => template.includes('{key}')), { path: ['inputs'], error: 'one input must carry {key}, by which a lost run is found again' })
    .optional()
    .describe("A workflow that is dispatched on the pull request's branch for each head, and must succeed, besides its checks. Inputs may use {version}, {sha} and {key}, which the run name must show."),
  buildTimeout: duration.prefault('6h').describe('A build that is not green by then counts as failed.'),
  onNewSchemas: z.enum(['regenerate', 'note']).prefault('regenerate').describe('When the bucket has gained schemas below this version during the build: build again with them, or only say so.'),
  newerPatches: z.enum(['keep', 'leaveOut']).prefault('keep').describe("Newer patches of the version's own line, that were released before it: the tarball holds them, or not."),
  uploadTimeout: duration.prefault('10m').describe("How long another version's upload that is under way is waited for."),
  releasers: z.array(login).min(1).optional().describe('Who may confirm that a tarball is overwritten, and abort; anybody, if nobody is named.'),
}, formerly({ chat: () => 'is the component\'s now: write it beside "schemas"' }));

export type SchemaRules = z.output<typeof schemaRules>;
