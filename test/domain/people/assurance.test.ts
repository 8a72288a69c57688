import { expect, it } from 'vitest';
import { readCatalog } from '../../../domain/catalog-text.ts';
import { planRelease } from '../../../domain/component/plan.ts';
import { shaOf } from '../../shas.ts';

const text = `
version: 1
environments: { staging: {}, production: { assurance: verified } }
components:
  gitaly:
    code: { canonical: org/gitaly, mirror: security/gitaly }
    pin: { repository: org/product, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update }
    stages:
      - { name: staging, environment: staging, promote: { kind: deployment }, approval: { approvers: [alice] } }
      - { name: production, environment: production, promote: { kind: deployment }, approval: { approvers: [alice, org/managers], required: 3 } }
    chat: { progress: "#progress", team: "#team" }
`;

const sha = shaOf('c');
const commit = { sha, title: 'A', author: 'Ann', committedAt: '2026-01-01T00:00:00Z', url: 'https://forge/c' };

it('is what the environment wants of the stages that land there, and part of the plan', () => {
  const reading = readCatalog(text);
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems));
  const { code, pin, ...gitaly } = reading.catalog.components.gitaly!;
  const { stages } = planRelease(reading.catalog, { name: 'gitaly', code: code!, pin: pin!, ...gitaly }, { id: 'release/gitaly/from-1', candidate: commit, pinned: shaOf('a'), base: shaOf('b') });
  expect(stages.map(({ approval }) => approval?.assurance)).toEqual([undefined, 'verified']);
});

it.each<[string, [string, string], string]>([
  ['less than the environment wants', ['required: 3', 'assurance: claimed'], 'components.gitaly.stages.1.approval.assurance: the environment wants votes to be verified'],
  ['of a team where votes are only claimed', ['[alice] }', '[org/managers] }'], 'components.gitaly.stages.0.approval.approvers: who is in org/managers is known only where assurance is "verified"'],
  ['of more people than are named', ['[alice] }', '[alice], required: 2 }'], "components.gitaly.stages.0.approval.required: 2 approvals can't come from 1 person"],
  ['of a kind that is not known', ['assurance: verified', 'assurance: signed'], 'environments.production.assurance: must be one of claimed, verified, not "signed"'],
])('can not be %s', (_, change, problem) => {
  const reading = readCatalog(text.replace(...change));
  expect(reading.kind === 'invalid' && reading.problems.map(({ path, message }) => `${path}: ${message}`)).toContain(problem);
});
