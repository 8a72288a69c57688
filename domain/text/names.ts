import { z } from 'zod';
import { deferred } from './deferred.ts';
import { shaPattern } from '../code/commit.ts';
import type { Sha } from '../code/commit.ts';

/** Names become parts of workflow ids, branches and labels, so they are kept plain. */
export const name = deferred(() => z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes, starting with a letter'));
export const repository = deferred(() => z.string().regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, 'must be "owner/name"'));
export const branch = deferred(() => z.string().regex(/^(?!.*(\.\.|\/\/|@\{|\.lock(\/|$)))[A-Za-z0-9][\w./-]*(?<![./])$/, 'must be a plain branch name'));
export const path = deferred(() => z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\0][^\0]*$/, 'must be a relative path inside the repository'));
/** Slack finds one by its id at once, and by its name only in a list of all. */
export const channel = deferred(() => z.string().regex(/^(#[a-z0-9_-]+|[CG][A-Z0-9]{7,})$/, 'must be a channel such as "#g_gitaly", or its id'));
export const login = deferred(() => z.string().regex(/^[A-Za-z0-9](-?[A-Za-z0-9])*$/, 'must be a login'));
/** Whoever may decide: a person, or the members of a team. */
export const approver = deferred(() => z.string().regex(/^[A-Za-z0-9](-?[A-Za-z0-9])*(\/[\w-]+)?$/, 'must be a login, or a team such as "gitlab-org/release-managers"'));
export const workflowFile = deferred(() => z.string().regex(/^[\w.-]+\.ya?ml$/, 'must be a workflow file name such as "deploy.yml"'));
/** Of a pull request or an issue, as the forge takes it. */
export const title = deferred(() => z.string().min(1).max(256).regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must be one line'));
/** Longest label that the forge takes, in characters. */
export const longestLabel = 50;
export const label = deferred(() => z.string().min(1).max(longestLabel).regex(/^[^\p{Cc},]*$/u, 'must be one line without commas'));
/** The brand is the compiler's alone: JSON Schema shows a text. */
export const sha = deferred(() => z.string().regex(new RegExp(shaPattern), 'must be a full commit SHA of 40 hex digits') as unknown as z.ZodType<Sha, string>);
