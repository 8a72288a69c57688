import { shaPattern, shortSha } from '../../domain/candidate.ts';
import type { Component } from '../../domain/catalog.ts';
import type { Finding } from '../../domain/diagnosis.ts';
import type { DiagnosisPorts } from '../diagnosis.ts';
import { doubtful, examined, fine, missing } from './finding.ts';

/** What the releases of one component need. */
export async function diagnoseComponent({ forge, chat }: DiagnosisPorts, name: string, { source, downstream, stages, chat: channels }: Component): Promise<readonly Finding[]> {
  const about = (what: string) => `${name}: ${what}`;
  const workflows = [...new Set(stages.flatMap(({ promote }) => (promote.kind === 'workflow' ? [promote.workflow] : [])))];
  const told = [...new Set([channels.progress, channels.team, ...(source.owners ? [source.owners] : [])])];

  const findings = await Promise.all([
    reachable(source.canonical, 'read'),
    reachable(source.mirror, 'read'),
    reachable(downstream.repository, 'write'),
    checksReported(),
    versionFileReadable(),
    branchProtected(),
    ...workflows.map(workflowThere),
    ...told.map(channelReachable),
  ]);
  return findings.flat();

  function reachable(repository: string, wanted: 'read' | 'write') {
    return examined(about(repository), 'correct the catalog, or let the token reach it', async () => {
      const reach = await forge.access.repository(repository);
      if (!reach) return missing('does not exist, or the token does not see it', 'correct the catalog, or let the token reach it');
      if (wanted === 'read' || reach === 'write') return fine(reach === 'write' ? 'may be written' : 'may be read');
      if (!(await forge.access.identity())) return doubtful("may be read; an app's token does not tell what it may write", 'see that the app may write contents, pull requests, actions and deployments');
      return missing('may be read only', 'let the account write to it, and the token, too');
    });
  }

  function checksReported() {
    return examined(about(`checks of ${source.mirror}`), 'let the token read checks and commit statuses', async () => {
      const head = await forge.branches.find(source.mirror, source.branch);
      if (!head) return missing(`there is no branch ${source.branch}`, 'correct source.branch in the catalog');
      const names = (await forge.pipelines.checks(source.mirror, head)).map((check) => check.name);
      const unknown = source.requiredChecks.filter((required) => !names.includes(required));
      if (names.length === 0) return doubtful(`none has reported for ${shortSha(head)} yet`, 'nothing is released without a green check: see that CI runs on the mirror');
      return unknown.length > 0
        ? doubtful(`${unknown.join(', ')} has not reported for ${shortSha(head)}; ${names.join(', ')} has`, 'a check that never reports is waited for: correct source.requiredChecks')
        : fine(names.join(', '));
    });
  }

  function versionFileReadable() {
    const { repository, branch, versionFile } = downstream;
    const todo = `commit ${versionFile} with the SHA of a commit of ${source.mirror}, or correct downstream.versionFile`;
    return examined(about(versionFile), todo, async () => {
      const text = (await forge.commits.read(repository, versionFile, branch))?.trim();
      if (text === undefined) return missing(`${repository} does not have it on ${branch}`, todo);
      if (!shaPattern.test(text)) return missing(`it contains "${text.slice(0, 60)}"`, todo);
      return (await forge.commits.find(source.mirror, text)) ? fine(`pins ${shortSha(text)}`) : missing(`it pins ${text}, which ${source.mirror} does not have`, todo);
    });
  }

  function branchProtected() {
    const { repository, branch, requiredChecks } = downstream;
    return examined(about(`${branch} of ${repository}`), 'correct downstream.branch in the catalog, or let the token read the repository', async () => {
      const required = await forge.access.requiredChecks(repository, branch);
      if (!required) return doubtful('is not protected: anybody who may write can change what is deployed', 'protect it, and require the checks that a release must pass');
      if (required.length === 0) return doubtful('is protected, but asks for no check (rulesets are not looked at)', 'require the checks that a release must pass');
      const more = requiredChecks.filter((check) => !required.includes(check));
      return more.length > 0
        ? doubtful(`asks for ${required.join(', ')}, but not for ${more.join(', ')}`, 'the catalog alone requires that: people can merge without it')
        : fine(`asks for ${required.join(', ')}`);
    });
  }

  function workflowThere(file: string) {
    const { repository } = downstream;
    return examined(about(`${file} of ${repository}`), 'let the token read actions', async () => {
      const state = await forge.access.workflow(repository, file);
      if (!state) return missing('does not exist', `add .github/workflows/${file}, which workflow_dispatch starts`);
      return state === 'disabled' ? missing('is disabled', 'enable it') : fine('can be dispatched');
    });
  }

  function channelReachable(channel: string) {
    return examined(about(channel), 'see docs/adapters.md', async () => {
      await chat.reach(channel);
      return fine('can be told');
    });
  }
}
