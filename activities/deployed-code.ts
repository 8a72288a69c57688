import type { Commit, Sha } from '../domain/candidate.ts';
import { shaPattern, shortSha } from '../domain/candidate.ts';
import type { FlagRules } from '../domain/flag-rules.ts';
import { deployedHash } from './deployed-hash.ts';
import { notYet } from './failures.ts';
import type { Forge, Repository } from './forge/forge.ts';

export interface CodeQuestion {
  /** The component's repository, and the commit that is asked for. */
  readonly source: Repository;
  readonly commit: Sha;
  readonly downstream: { readonly repository: Repository; readonly versionFile: string };
  readonly environment: string;
  readonly deployed: FlagRules['deployed'];
}

export type CodeAnswer =
  | { readonly kind: 'deployed'; readonly at: Sha }
  /** `missing`: the newest of the commits up to the one asked for that are not deployed, newest first. */
  | { readonly kind: 'undeployed'; readonly at?: Sha; readonly missing: readonly Commit[]; readonly total: number };

const mostMissing = 10;

/** Whether an environment runs a commit of a component: its deployed hash, the version file at that hash, and the ancestry of what that pins. */
export function createDeployedCode({ forge }: { readonly forge: Forge }) {
  async function deployedCode({ source, commit, downstream, environment, deployed }: CodeQuestion): Promise<CodeAnswer> {
    const product = deployed.kind === 'url' ? await deployedHash(deployed.url) : await forge.deployments.current(downstream.repository, environment);
    const at = product && (await pinnedAt(downstream, product));
    if (!at) return { kind: 'undeployed', missing: [], total: 0 };
    const { diverged } = await forge.commits.range(source, commit, at);
    if (!diverged) return { kind: 'deployed', at };
    const { commits, total } = await forge.commits.range(source, at, commit);
    return { kind: 'undeployed', at, missing: commits.slice(0, mostMissing), total };
  }

  /** Looks once. @throws `NotYet` until the commit is deployed. */
  async function codeDeployed(question: CodeQuestion): Promise<void> {
    const answer = await deployedCode(question);
    if (answer.kind === 'undeployed') throw notYet(`${question.environment} runs ${answer.at ? shortSha(answer.at) : 'nothing that is known'}, without ${shortSha(question.commit)}`);
  }

  async function pinnedAt({ repository, versionFile }: CodeQuestion['downstream'], product: Sha): Promise<Sha | undefined> {
    const text = (await forge.commits.read(repository, versionFile, product))?.trim();
    return text !== undefined && shaPattern.test(text) ? text : undefined;
  }

  return { deployedCode, codeDeployed };
}
