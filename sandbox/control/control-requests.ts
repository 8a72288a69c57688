import { z } from 'zod';
import { json, parseJson } from '../http/exchange.ts';
import { conclusions, progresses } from '../github/state.ts';
import type { Exchange, Reply } from '../http/exchange.ts';

/** Said to the controller, not thrown at it: a wrong request, in words. */
export class Misuse extends Error {}

const ms = z.number().nonnegative();
const times = z.number().int().positive().optional();

export const worldOptions = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/),
  scenario: z.enum(['gitaly', 'monitor', 'sourcegraph', 'scratch']),
  seed: z.string().optional(),
  pinnedBehind: z.number().int().nonnegative().optional(),
  released: z.enum(['all', 'few']).optional(),
  mirrorLagMs: ms.optional(),
  latencyMs: z.strictObject({ ci: ms.optional(), run: ms.optional(), deployment: ms.optional() }).optional(),
});

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hold'), when: z.enum(['before', 'after']) }),
  z.strictObject({ kind: z.literal('fail'), status: z.number().int(), headers: z.record(z.string(), z.string()).optional(), body: z.unknown().optional() }),
  z.strictObject({ kind: z.literal('applyThen'), reply: z.union([z.enum(['reset', 'timeout']), z.strictObject({ status: z.number().int() })]) }),
  z.strictObject({ kind: z.literal('delay'), ms }),
  z.strictObject({ kind: z.literal('rateLimit'), retryAfterSeconds: z.number().nonnegative(), secondary: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('staleReads'), seconds: z.number().positive() }),
  z.strictObject({ kind: z.literal('swallow') }),
]);

const nth = z.number().int().positive().optional();
export const fault = z.strictObject({
  match: z.union([z.strictObject({ key: z.string(), nth }), z.strictObject({ route: z.string(), nth })]),
  times,
  action,
});

export const ci = z.strictObject({
  repository: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  verdict: z.enum(['green', 'red', 'flaky', 'slow', 'cancelled', 'none', 'neutral', 'skipped']),
  failing: z.array(z.string()).optional(),
  afterMs: ms.optional(),
  registersAfterMs: ms.optional(),
});

const check = z.strictObject({ name: z.string(), status: z.enum(progresses).default('completed'), conclusion: z.enum(conclusions).optional() });
const shownCi = {
  repository: z.string(),
  sha: z.string(),
  branch: z.string().optional(),
  status: z.enum(progresses).default('completed'),
  conclusion: z.enum(conclusions).optional(),
  checks: z.array(check).default([]),
  at: z.iso.datetime().optional(),
};
/** A run of a workflow as it is to look; `run` is the id of one that goes on. */
export const run = z.strictObject({ ...shownCi, run: z.number().int().optional(), workflow: z.string().default('ci.yml'), event: z.string().default('push'), attempt: z.number().int().positive().optional(), reviewers: z.array(z.string()).optional() });
/** The check suite of another app as it is to look. */
export const suite = z.strictObject({ ...shownCi, app: z.string().regex(/^[a-z][a-z0-9-]*$/) });

export const deployments = z.strictObject({ environment: z.string(), outcome: z.enum(['success', 'failure', 'error', 'never']), afterMs: ms.optional(), times });
export const runs = z.strictObject({ workflow: z.string(), conclusion: z.enum(['success', 'failure', 'cancelled', 'never']), afterMs: ms.optional(), times });
export const health = z.strictObject({ environment: z.string(), state: z.enum(['healthy', 'unhealthy', 'silent']) });
/** Puts a commit on an environment without anybody's deployment; the head of the default branch, if none is named. */
export const deployed = z.strictObject({ environment: z.string(), repository: z.string().default('gitlab-org/gitlab'), sha: z.string().optional() });
/** Makes an application of Argo CD, or changes what it runs. `busy`: an operation is under way. */
export const application = z.strictObject({ name: z.string(), images: z.array(z.string()).optional(), rollouts: z.array(z.string()).optional(), health: z.string().optional(), synced: z.boolean().optional(), busy: z.boolean().optional() });
/** Makes an issue in Jira, or changes it as a person would. `closed`: it can't be moved, as where the account may not. */
export const ticket = z.strictObject({ key: z.string().regex(/^[A-Z]+-\d+$/), title: z.string().optional(), status: z.string().optional(), assignee: z.string().optional(), closed: z.boolean().optional() });
export const gitlab = z.strictObject({ hundred: z.enum(['percentage', 'boolean']) });
export const flag = z.strictObject({
  instance: z.string(),
  name: z.string(),
  value: z.union([z.boolean(), z.number(), z.literal('unset')]),
  /** For this user only. */
  user: z.string().optional(),
});
export const mirror = z.strictObject({ repository: z.string().default('gitlab-org/gitaly'), lagMs: ms.nullable() });
export const objects = z.strictObject({ bucket: z.string(), files: z.record(z.string(), z.string().nullable()).default({}) });
/** A write that goes elsewhere, and whose maker tells of it before and after. */
export const effect = z.strictObject({ key: z.string(), moment: z.enum(['before', 'after']) });
export const resolution = z.strictObject({ resolve: z.enum(['drop', 'apply']) });
export const commit = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  files: z.record(z.string(), z.string().nullable()),
  message: z.string(),
  by: z.string().default('dev'),
});
export const advance = z.strictObject({ ms });
export const team = z.strictObject({ team: z.string().regex(/^[\w-]+\/[\w-]+$/), members: z.array(z.string()) });
export const app = z.strictObject({ id: z.string().regex(/^\w+$/), installation: z.number().int().positive(), publicKey: z.string(), tokenSeconds: z.number().positive().default(3_600) });
export const comment = z.strictObject({ repository: z.string(), number: z.number().int().positive(), by: z.string(), body: z.string().min(1) });
export const protection = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  requiredChecks: z.array(z.string()).default([]),
  strict: z.boolean().default(false),
  requiredReviews: z.number().int().nonnegative().default(0),
  dismissStaleReviews: z.boolean().default(true),
  mergeQueue: z.boolean().default(false),
  restricts: z.array(z.enum(['creation', 'deletion'])).default([]),
  rulesetChecks: z.array(z.string()).default([]),
});
export const webhook = z.strictObject({
  url: z.string(),
  secret: z.string(),
  mode: z.enum(['normal', 'lost', 'duplicated', 'reversed', 'delayed']).default('normal'),
  times,
  delayMs: ms.optional(),
});

/** @throws Misuse that names what is wrong with the body */
export function read<Schema extends z.ZodType>(schema: Schema, exchange: Exchange): z.output<Schema> {
  const result = schema.safeParse(parseJson(exchange));
  if (!result.success) throw new Misuse(z.prettifyError(result.error));
  return result.data;
}

/** A misuse is answered with 400 and its words. */
export async function answerMisuse(act: () => Promise<Reply>): Promise<Reply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Misuse || error instanceof SyntaxError) return json(400, { error: error.message });
    throw error;
  }
}
