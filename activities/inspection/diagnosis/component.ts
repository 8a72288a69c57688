import { shaPattern, shortSha } from '../../../domain/code/commit.ts';
import { isCalled } from '../../../domain/code/pipeline.ts';
import type { Component } from '../../../domain/catalog.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import type { HealthCheck } from '../../../domain/stages/health-check.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { launches } from '../../../ports/launch/launches.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';
import { teamsIn } from '../../../domain/people/teams.ts';

const restrictedVerbs = { creation: 'making', update: 'moving', deletion: 'deleting' } as const;

/** What the releases of one component need. */
export async function diagnoseComponent({ forge, chat, health, flags: flagsOf }: DiagnosisPorts, name: string, { source, downstream, stages, chat: channels, flags }: Component): Promise<readonly Finding[]> {
  const about = (what: string) => `${name}: ${what}`;
  const launchBy = launches({ forge });
  const teams = [...new Set(stages.flatMap(({ approval }) => (approval ? teamsIn(approval) : [])))];
  const told = [...new Set([channels.progress, channels.team, source.owners, ...stages.map(({ approval }) => approval?.escalate?.channel)])].filter((channel) => channel !== undefined);
  const places = flags ? [flags.staging?.environment, flags.production.environment].filter((environment) => environment !== undefined) : [];
  const checks = [...stages, ...(flags ? [flags.staging, flags.production] : [])].flatMap((place) => place?.health ?? []);

  const findings = await Promise.all([
    reachable(source.canonical, 'read'),
    reachable(source.mirror, 'read'),
    reachable(downstream.repository, 'write'),
    checksReported(),
    versionFileReadable(),
    branchProtected(),
    mergeAllowed(),
    headAllowed(),
    ...stages.filter(({ soak }) => soak !== undefined).map(({ name: stage, soak, health: looks }) => soakLooks(stage, soak, looks)),
    ...(flags ? [soakLooks(`flags in ${flags.production.environment}`, flags.production.soak, flags.production.health)] : []),
    ...(flags?.staging ? [soakLooks(`flags in ${flags.staging.environment}`, flags.staging.soak, flags.staging.health)] : []),
    ...(downstream.flakyTest ? [reachable(downstream.flakyTest.repository, 'write')] : []),
    ...(flags ? [reachable(flags.issues.repository, 'write')] : []),
    ...(flags?.incidents ? [reachable(flags.incidents.repository, 'read')] : []),
    ...places.map((environment) => flagsReadable(environment, flags!.prefix)),
    ...[...new Map(checks.map((check) => [JSON.stringify(check), check])).values()].map(healthKnown),
    ...stages.flatMap(launchable),
    ...told.map(channelReachable),
    ...teams.map(teamVisible),
  ]);
  // A repository may stand for several things.
  return [...new Map(findings.flat().map((finding) => [JSON.stringify(finding), finding])).values()];

  function reachable(repository: string, wanted: 'read' | 'write') {
    return diagnoseRepository(forge.access, about(repository), repository, wanted);
  }

  function checksReported() {
    return examine(about(`checks of ${source.mirror}`), 'let the token read checks and commit statuses', async () => {
      const head = await forge.branches.find(source.mirror, source.branch);
      if (!head) return missing(`there is no branch ${source.branch}`, 'correct source.branch in the catalog');
      const checks = await forge.pipelines.checks(source.mirror, head);
      const names = [...new Set(checks.map(({ name }) => name))];
      const unknown = source.requiredChecks.filter((required) => !checks.some((check) => isCalled(check, required)));
      if (names.length === 0) return doubtful(`none has reported for ${shortSha(head)} yet`, 'nothing is released without a green check: see that CI runs on the mirror');
      return unknown.length > 0
        ? doubtful(`${unknown.join(', ')} has not reported for ${shortSha(head)}; ${names.join(', ')} has`, 'a check that never reports is waited for: correct source.requiredChecks')
        : fine(names.join(', '));
    });
  }

  function versionFileReadable() {
    const { repository, branch, versionFile } = downstream;
    const todo = `commit ${versionFile} with the SHA of a commit of ${source.mirror}, or correct downstream.versionFile`;
    return examine(about(versionFile), todo, async () => {
      const text = (await forge.commits.read(repository, versionFile, branch))?.trim();
      if (text === undefined) return missing(`${repository} does not have it on ${branch}`, todo);
      if (!shaPattern.test(text)) return missing(`it contains "${text.slice(0, 60)}"`, todo);
      return (await forge.commits.find(source.mirror, text)) ? fine(`pins ${shortSha(text)}`) : missing(`it pins ${text}, which ${source.mirror} does not have`, todo);
    });
  }

  function branchProtected() {
    const { repository, branch, requiredChecks: wanted } = downstream;
    return examine(about(`${branch} of ${repository}`), 'correct downstream.branch in the catalog, or let the token read the repository', async () => {
      const rules = await forge.access.rules(repository, branch);
      if (!rules) return doubtful('is not protected: anybody who may write can change what is deployed', 'protect it, and require the checks that a release must pass');
      const { checks, reviews, mergeQueue } = rules;
      if (checks.length === 0) return doubtful('is protected, but asks for no check', 'require the checks that a release must pass');
      const more = wanted.filter((check) => !checks.some((name) => isCalled({ name }, check) || check.endsWith(` / ${name}`)));
      const unnamed = checks.filter((name) => wanted.length > 0 && !wanted.some((check) => isCalled({ name }, check) || check.endsWith(` / ${name}`)));
      if (more.length > 0) return doubtful(`asks for ${checks.join(', ')}, but not for ${more.join(', ')}`, 'the catalog alone requires that: people can merge without it');
      if (unnamed.length > 0) return doubtful(`asks for ${unnamed.join(', ')}, too, which downstream.requiredChecks does not name`, 'a release waits for that all the same: name it there, or take it out of the rules');
      if (reviews > (forge.reviewer ? 1 : 0)) return doubtful(`asks for ${reviews} reviews, of which ${forge.reviewer ? 'one comes' : 'none comes'} from a second identity`, 'people have to approve each release at the forge; GITHUB_REVIEWER_TOKEN gives one review');
      return fine(`asks for ${checks.join(', ')}${mergeQueue ? ', through its merge queue' : ''}`);
    });
  }

  function headAllowed() {
    const { repository, head } = downstream;
    return examine(about(`${head} of ${repository}`), 'let the token read the repository', async () => {
      const restricted = await forge.access.restrictions(repository, head);
      const [verbs, todo] = [restricted.map((restriction) => restrictedVerbs[restriction]), `let Slipway bypass that rule, or leave ${head} out of it`];
      if (restricted.length > 0) return doubtful(`a rule keeps all but some from ${verbs.join(', ')} it: ${restricted.includes('creation') ? 'a release may not begin' : 'a release may leave it behind'}`, todo);
      return fine('no rule restricts it');
    });
  }

  /** Time alone shows nothing: such a soak passes whatever happens. */
  function soakLooks(place: string, soak: unknown, checks: readonly HealthCheck[]) {
    return examine(about(`soak of ${place}`), 'see docs/catalog.md', async () =>
      soak !== undefined && checks.length === 0 ? doubtful('looks at nothing: it passes by time alone, whatever happens', 'name in "health" what it is to look at') : fine(soak === undefined ? 'there is none' : 'looks at its health'),
    );
  }

  function mergeAllowed() {
    const { repository, merge, autoMerge } = downstream;
    return examine(about(`merging into ${repository}`), 'let the token read the repository', async () => {
      const allowed = await forge.access.merging(repository);
      if (!allowed) return fine('the token may not know how');
      if (!allowed.methods.includes(merge)) return missing(`"${merge}" is switched off; ${allowed.methods.join(', ')} is not`, 'set downstream.merge in the catalog, or allow it in the settings of the repository');
      if (autoMerge && !allowed.autoMerge) return missing('auto-merge is switched off', 'allow it in the settings of the repository, or set downstream.autoMerge to false');
      return fine(`by ${merge}${autoMerge ? ', by itself' : ''}`);
    });
  }

  function healthKnown(check: HealthCheck) {
    return examine(about(`health by ${healthTarget(check)}`), 'see docs/adapters.md', async () => {
      const seen = await health.look(check);
      return seen.kind === 'healthy' ? fine('healthy') : doubtful(`${seen.kind}: ${seen.reason}`, 'no soak passes without health: correct the check, or the variables of its adapter');
    });
  }

  function flagsReadable(environment: string, prefix: string) {
    return examine(about(`flags of ${environment}`), 'see docs/flags.md', async () => fine(`${(await flagsOf(environment).list(prefix)).length} begin with ${prefix}`));
  }

  /** What a stage's mechanism needs. */
  function launchable({ promote }: Stage) {
    const { repository, branch } = downstream;
    return launchBy[promote.kind].requires(promote, { repository, branch, key: '{key}' }).map((required) =>
      examine(about(required.name), 'let the token read actions', async () => {
        const found = await required.lack();
        return found ? missing(found.what, found.todo) : fine('can be started');
      }),
    );
  }

  function teamVisible(team: string) {
    const todo = "let the token read the organisation's members, or correct the approvers in the catalog";
    return examine(about(team), todo, async () => {
      const members = await forge.access.members(team);
      if (!members) return missing('does not exist, or the token does not see it', todo);
      return members.length > 0 ? fine(`${members.length} may approve`) : missing('has no members', 'add those who may approve');
    });
  }

  function channelReachable(channel: string) {
    return examine(about(channel), 'see docs/adapters.md', async () => {
      await chat.reach(channel);
      return fine('can be told');
    });
  }
}

function healthTarget(check: HealthCheck): string {
  switch (check.kind) {
    case 'http':
      return check.url;
    case 'prometheus':
      return check.query;
    case 'sentry':
      return `${check.project} in Sentry`;
  }
}
