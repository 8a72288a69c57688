import { shortSha } from '../../../domain/code/commit.ts';
import { isCalled } from '../../../domain/code/pipeline.ts';
import type { Component } from '../../../domain/catalog.ts';
import type { Code } from '../../../domain/code/rules.ts';
import { toldHalt, toldLifting } from '../../../domain/people/objection.ts';
import { readObjections } from '../../people/objections.ts';
import { deployedFrom } from '../../../domain/component/plan.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import type { HealthCheck } from '../../../domain/stages/health-check.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { launches } from '../../../ports/launch/launches.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { tagsOf } from '../../environments/pinned-commit.ts';
import { diagnosePin } from './pin.ts';
import { diagnoseRepository } from './repository.ts';
import { teamsIn } from '../../../domain/people/teams.ts';

/** What the releases of one component need. */
export async function diagnoseComponent(ports: DiagnosisPorts, name: string, { code, pin, stages, chat: channels, flags, versions, promotion }: Component): Promise<readonly Finding[]> {
  const { forge, chat, health, flags: flagsOf } = ports;
  const about = (what: string) => `${name}: ${what}`;
  const launchBy = launches({ forge });
  const teams = [...new Set(stages.flatMap(({ approval }) => (approval ? teamsIn(approval) : [])))];
  const told = [...new Set([channels?.progress, channels?.team, code?.owners, ...stages.map(({ approval }) => approval?.escalate?.channel)])].filter((channel) => channel !== undefined);
  const places = flags ? [flags.staging?.environment, flags.production.environment].filter((environment) => environment !== undefined) : [];
  const checks = [...stages, ...(flags ? [flags.staging, flags.production] : [])].flatMap((place) => place?.health ?? []);

  const findings = await Promise.all([
    ...(code ? [reachable(code.canonical, 'read'), reachable(code.mirror, pin ? 'read' : 'write'), checksReported(code)] : []),
    ...(code || promotion ? [letGo()] : []),
    ...(code && pin ? [diagnosePin(ports, name, pin, { mirror: code.mirror, tagged: tagsOf({ code, versions }) })] : []),
    ...stages.filter(({ soak }) => soak !== undefined).map(({ name: stage, soak, health: looks }) => soakLooks(stage, soak, looks)),
    ...(flags ? [soakLooks(`flags in ${flags.production.environment}`, flags.production.soak, flags.production.health)] : []),
    ...(flags?.staging ? [soakLooks(`flags in ${flags.staging.environment}`, flags.staging.soak, flags.staging.health)] : []),
    ...(flags ? [reachable(flags.issues.repository, 'write')] : []),
    ...(flags?.incidents ? [reachable(flags.incidents.repository, 'read')] : []),
    ...places.map((environment) => flagsReadable(environment, flags!.prefix)),
    ...[...new Map(checks.map((check) => [JSON.stringify(check), check])).values()].map(healthKnown),
    ...(code ? stages.flatMap((stage) => launchable(stage, deployedFrom({ code, pin }))) : []),
    ...told.map(channelReachable),
    ...teams.map(teamVisible),
  ]);
  // A repository may stand for several things.
  return [...new Map(findings.flat().map((finding) => [JSON.stringify(finding), finding])).values()];

  /** Whether people have something against its releases. */
  function letGo() {
    return examine(about('halts and vetoes'), `see component/${name} in the Temporal UI`, async () => {
      const { halt, vetoes } = await readObjections(ports).inForce(name);
      if (halt) return doubtful(`nothing is released: ${toldHalt(name, halt)}`, `when that is over: ${toldLifting(name)}`);
      return fine(vetoes.length > 0 ? `vetoed: ${vetoes.map(({ sha, by }) => `${shortSha(sha)} by ${by}`).join(', ')}` : 'none');
    });
  }

  function reachable(repository: string, wanted: 'read' | 'write') {
    return diagnoseRepository(forge.access, about(repository), repository, wanted);
  }

  function checksReported({ mirror, branch, requiredChecks }: Code) {
    return examine(about(`checks of ${mirror}`), 'let the token read checks and commit statuses', async () => {
      const head = await forge.branches.find(mirror, branch);
      if (!head) return missing(`there is no branch ${branch}`, 'correct code.branch in the catalog');
      const checks = await forge.pipelines.checks(mirror, head);
      const names = [...new Set(checks.map(({ name }) => name))];
      const unknown = requiredChecks.filter((required) => !checks.some((check) => isCalled(check, required)));
      if (names.length === 0) return doubtful(`none has reported for ${shortSha(head)} yet`, 'nothing is released without a green check: see that CI runs on the mirror');
      return unknown.length > 0
        ? doubtful(`${unknown.join(', ')} has not reported for ${shortSha(head)}; ${names.join(', ')} has`, 'a check that never reports is waited for: correct code.requiredChecks')
        : fine(names.join(', '));
    });
  }

  /** Time alone shows nothing: such a soak passes whatever happens. */
  function soakLooks(place: string, soak: unknown, checks: readonly HealthCheck[]) {
    return examine(about(`soak of ${place}`), 'see docs/catalog.md', async () =>
      soak !== undefined && checks.length === 0 ? doubtful('looks at nothing: it passes by time alone, whatever happens', 'name in "health" what it is to look at') : fine(soak === undefined ? 'there is none' : 'looks at its health'),
    );
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
  function launchable({ promote }: Stage, from: ReturnType<typeof deployedFrom>) {
    return launchBy[promote.kind].requires(promote, { ...from, key: '{key}' }).map((required) =>
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
