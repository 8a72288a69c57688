import { expect, it } from 'vitest';
import { diagnoseVersions } from '../../../activities/inspection/diagnosis/versions.ts';
import type { DiagnosisPorts } from '../../../activities/inspection/diagnosis/finding.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { BranchRestriction } from '../../../domain/code/branch-rules.ts';
import type { Access, BranchRules } from '../../../ports/forge/access.ts';
import { shaOf } from '../../shas.ts';

const read = readCatalog('version: 1\nenvironments: { production: {} }\ncomponents:\n  gitaly:\n    code: { canonical: org/gitaly }\n    versions: { production: { environment: production } }\n');

interface Scene {
  readonly scopes?: readonly string[] | undefined;
  readonly rules?: BranchRules;
  readonly signed?: string;
  readonly branches?: Readonly<Record<string, string>>;
  readonly git?: Error;
  /** Files of the security repository. */
  readonly hidden?: readonly string[];
}

const template = '.github/ISSUE_TEMPLATE/Security Release.md';

async function found({ scopes, rules, signed, branches = { master: shaOf('a') }, git, hidden }: Scene = {}): Promise<readonly string[]> {
  if (read.kind !== 'valid') return expect.unreachable();
  const { code, versions } = read.catalog.components.gitaly!;
  const access: Partial<Access> = {
    repository: async () => 'write',
    identity: async () => ({ login: 'bot', ...(scopes && { scopes }) }),
    rules: async () => rules,
    restrictions: async (_, branch): Promise<readonly BranchRestriction[]> => (branch === signed ? ['required_signatures'] : []),
  };
  const commits = { read: async (_: string, path: string) => (hidden?.includes(path) ? '# Steps' : undefined) };
  const refs = async () => (git ? Promise.reject(git) : { branches, tags: [] });
  const findings = await diagnoseVersions({ forge: { access, commits }, git: { refs } } as unknown as DiagnosisPorts, 'gitaly', code!, { ...versions!, ...(hidden && { security: { repository: 'org-security/gitaly', lines: 3, template } }) });
  return findings.filter(({ state }) => state !== 'ok').map(({ state, about, what }) => `${state} ${about}: ${what}`);
}

it('finds nothing where nothing is missing', async () => {
  expect(await found()).toEqual([]);
  expect(await found({ scopes: ['repo', 'workflow'] })).toEqual([]);
  expect(await found({ hidden: [template] })).toEqual([]);
});

it.each<[string, Scene, string]>([
  ['a token that may not write workflows', { scopes: ['repo'] }, 'warning gitaly: releases on tags: the token may not write workflows'],
  ['a branch that asks for reviews, a queue and checks', { rules: { checks: ['test'], reviews: 1, mergeQueue: true, signatures: false } }, 'warning gitaly: pushes to master of org/gitaly: asks for 1 review, a merge queue, test'],
  ['a default branch that asks for signatures', { signed: 'master' }, 'warning gitaly: signatures on master of org/gitaly: are asked for, and the commits of versions have none'],
  ['stable branches that ask for signatures', { signed: '1-0-stable' }, 'warning gitaly: signatures on stable branches of org/gitaly: are asked for, and the commits of versions have none'],
  ['a security repository without its template', { hidden: [] }, `missing gitaly: issues of security releases in org-security/gitaly: master has no ${template}`],
  ['a remote without the branch', { branches: {} }, 'missing gitaly: git remote of org/gitaly: has no branch master'],
  ['a remote that does not answer', { git: neverRetry('PermissionDenied', 'git ls-remote failed with 128') }, 'missing gitaly: git remote of org/gitaly: git ls-remote failed with 128'],
])('finds %s', async (_, scene, finding) => {
  expect(await found(scene)).toEqual([finding]);
});
