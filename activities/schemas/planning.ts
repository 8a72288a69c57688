import type { Commit } from '../../domain/code/commit.ts';
import { isSha } from '../../domain/code/commit.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { agreeOnSchemas, toldWork } from '../../domain/schemas/plan.ts';
import type { SchemaRequest, UploadRequest } from '../../domain/schemas/request.ts';
import type { SchemaRules } from '../../domain/schemas/rules.ts';
import type { SchemaVersion } from '../../domain/schemas/version.ts';
import { lineOf } from '../../domain/schemas/version.ts';
import { schemasIn } from '../../ports/catalog/entries.ts';
import { missing, neverRetry, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { commitOn } from '../changes/branch-commit.ts';
import { reread } from '../doubt.ts';
import { createNamedArchives } from './named.ts';

/** Decides what a schema release, or an upload, is made from. Writes nothing. */
export function createSchemaPlanning({ catalog, forge, releases }: Pick<Ports, 'catalog' | 'forge' | 'releases'>) {
  const { namedAt } = createNamedArchives({ forge });

  /** @throws `InvalidInput` for a component without schemas, a base branch that does not exist, or a commit that is not on it; `InvalidCatalog` */
  async function planSchemas(request: SchemaRequest | UploadRequest): Promise<SchemaPlan> {
    const read = await catalog.read();
    const { schemas: rules, chat } = schemasIn(read, request.component);
    const carrier = await carrierOf(rules, request.version);
    const base = request.base ?? carrier;
    const { sha: candidate, committedAt: date } = await commitOf(rules, base, request.ref);
    const named = await namedAt({ rules }, base);
    return agreeOnSchemas({ pace: read.pace, rules, chat }, { request, base, carrier, candidate, date, named });
  }

  /** The branch that carries a version's line: its own, once there is one. */
  async function carrierOf({ repository, branch, lineBranch, lines }: SchemaRules, version: SchemaVersion): Promise<string> {
    const line = lineOf(version);
    if (lines[line] !== undefined) return lines[line];
    const own = lineBranch.replace('{line}', line);
    return (await forge.branches.find(repository, own)) === undefined ? branch : own;
  }

  /** The head of the base, or the commit of it that a tag or a SHA names. */
  async function commitOf({ repository }: SchemaRules, base: string, ref: string | undefined): Promise<Commit> {
    const head = await reread(`branch ${base} of ${repository}`, () => forge.branches.find(repository, base));
    if (!head) throw neverRetry('InvalidInput', `branch ${base} of ${repository} does not exist`);
    const sha = ref === undefined ? head : isSha(ref) ? ref : await reread(`tag ${ref} of ${repository}`, () => forge.tags.find(repository, ref));
    if (sha === undefined) throw neverRetry('InvalidInput', `ref: ${repository} has no tag ${ref}; give a tag, or a full commit SHA`);
    const commit = ref === undefined ? await forge.commits.find(repository, sha) : await reread(`${ref} on ${base} of ${repository}`, () => commitOn(forge.commits, repository, base, sha));
    if (commit) return commit;
    if (ref === undefined) throw missing(`${repository} does not show ${sha}, the head of ${base}`);
    throw neverRetry('InvalidInput', `ref: ${ref} is not on ${base} of ${repository}; name its branch as the base`);
  }

  /** What a release that runs already does, if that is something else than this one would. @throws `Unavailable` while it does not say so, `Conflict` where it has ended without */
  async function differingRelease(plan: SchemaPlan): Promise<string | undefined> {
    const does = (await releases.status(plan.id))?.does;
    if (does === undefined && !(await releases.isRunning(plan.id))) throw neverRetry('Conflict', `${plan.id} has just ended, before it could say what it does: start it again`);
    if (does === undefined) throw tryAgain('Unavailable', `${plan.id} does not say what it does`);
    return does === toldWork(plan) ? undefined : does;
  }

  return { planSchemas, differingRelease };
}
