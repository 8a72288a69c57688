import { ApplicationFailure } from '@temporalio/common';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { toldFailures } from '../../domain/code/pipeline.ts';
import { toldHalt, toldVeto } from '../../domain/people/objection.ts';
import { kinds } from '../../domain/release/kinds.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import type { PromotionRules } from '../../domain/promotion/rules.ts';
import { toldStory } from '../../domain/promotion/story.ts';
import type { WhereRequest } from '../../domain/inspection/where-request.ts';
import type { Blocked, Presence, Whereabouts } from '../../domain/inspection/whereabouts.ts';
import { commitOn, commitOnLine } from '../changes/branch-commit.ts';
import type { ReleasableComponent } from '../../ports/catalog/entries.ts';
import { componentIn, releasableIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { containment } from '../environments/containment.ts';
import { pinReads, tagsOf } from '../environments/pinned-commit.ts';
import { readContents } from '../environments/contents.ts';
import { createSurvey } from '../environments/survey.ts';
import { createStories } from '../promotion/story.ts';
import { createPlanning } from '../component/planning.ts';

type WhereaboutsPorts = Pick<Ports, 'catalog' | 'forge' | 'git' | 'releases' | 'environments' | 'components' | 'holders'>;

/** Follows a change from its pull request to production. Reads only. */
export function createWhereabouts(ports: WhereaboutsPorts) {
  const { catalog, forge, releases, environments } = ports;
  const { surveyEnvironment } = createSurvey(ports);
  const { plan } = createPlanning(ports);
  const { seen, versionAt } = readContents(ports);
  const { pinnedAt } = pinReads(forge);
  const { holds: holdsChange } = containment(forge);

  /** @throws `InvalidInput` for an unknown component, commit or pull request */
  async function whereabouts({ component: name, sha, pullRequest: number }: WhereRequest): Promise<Whereabouts> {
    const read = await catalog.read();
    const { promotion, pin } = componentIn(read, name);
    if (promotion && !pin) return followReleases(ports, name, promotion, { ...(sha !== undefined && { sha }), ...(number !== undefined && { number }) });
    const component = releasableIn(read, name);
    const pull = number === undefined ? undefined : await pullRequestOf(component, number);
    const found = { component: name, ...(pull && { pullRequest: { number: pull.number, url: pull.url, state: pull.state } }), merged: false, environments: [] };
    const wanted = sha ?? pull?.mergeSha;
    if (wanted === undefined) return { ...found, blocked: unmerged(pull!) };
    const commit = await commitOnLine(forge, component.code.mirror, component.code.branch, wanted);
    if (!commit) return { ...found, ...(await notMirrored(component, wanted)) };
    return { ...found, ...(await followed(name, component, commit)) };
  }

  async function pullRequestOf({ code }: ReleasableComponent, number: number): Promise<PullRequest> {
    const pull = await forge.pullRequests.get(code.canonical, number);
    if (!pull) throw neverRetry('InvalidInput', `${code.canonical} has no pull request #${number}`);
    return pull;
  }

  /** What keeps a commit off the branch that is released from. */
  async function notMirrored({ code }: ReleasableComponent, sha: Sha): Promise<Pick<Whereabouts, 'commit' | 'blocked'>> {
    const { canonical, mirror, branch, owners } = code;
    const commit = await forge.commits.find(canonical, sha);
    if (!commit) throw neverRetry('InvalidInput', `neither ${canonical} nor ${mirror} has a commit ${sha}`);
    if (await commitOn(forge.commits, canonical, branch, sha)) {
      return { commit, blocked: { what: `the mirror ${mirror}, which does not have it yet`, by: owners ? [owners] : [`whoever runs ${mirror}`] } };
    }
    return { commit, blocked: { what: `its merge: it is not on ${branch} of ${canonical}`, by: [commit.author] } };
  }

  async function followed(name: string, component: ReleasableComponent, commit: Commit): Promise<Omit<Whereabouts, 'component' | 'pullRequest'>> {
    const holds = holder(component, commit.sha);
    const pinned = component.pin && (await pinnedAt(component.pin, component.pin.branch, tagsOf(component)));
    // What nothing pins is on its way as soon as it is on the branch that is released from.
    const merged = component.pin === undefined || (pinned !== undefined && (await holds(pinned)));
    const names = [...new Set(component.stages.map(({ environment }) => environment))];
    const places: Presence[] = [];
    for (const environment of names) places.push(await presence(name, component, environment, holds));
    const carrier = await carrying(name, holds);
    const absent = places.filter(({ runsIt }) => !runsIt).map(({ environment }) => environment);
    const release = carrier && { id: carrier.release, candidate: carrier.candidate!, state: carrier.state };
    const known = { commit, ...(release && { release }), merged, ...(pinned && { pinned }), environments: places };
    if (absent.length === 0) return known;
    return { ...known, blocked: carrier ? held(carrier) : component.pin !== undefined && merged ? notCarriedOn(name, absent) : await notChosen(name, component, { holds, places }) };
  }

  /** Whether a candidate holds the change; the answer is remembered, because several places run the same candidate. */
  function holder({ code }: ReleasableComponent, sha: Sha): (candidate: Sha) => Promise<boolean> {
    const known = new Map<Sha, Promise<boolean>>([[sha, Promise.resolve(true)]]);
    return (candidate) => {
      const answer = known.get(candidate) ?? holdsChange(code.mirror, candidate, sha);
      known.set(candidate, answer);
      return answer;
    };
  }

  /** What the environment shows, and whatever was deployed there last, by whomever; where nobody tells that, what is recorded. */
  async function presence(name: string, component: ReleasableComponent, environment: string, holds: (candidate: Sha) => Promise<boolean>): Promise<Presence> {
    const repository = component.pin?.repository ?? component.code.mirror;
    const there = await seen(environment, repository).catch((failure: Error) => ({ doubt: failure.message }));
    const known = (await environments.record(environment)) ?? (there && 'sha' in there ? undefined : await unlessTooEarly(surveyEnvironment({ environment })));
    const recorded = known?.deployed[name];
    const doubt = there && 'doubt' in there && { doubt: there.doubt };
    const shown = there && 'sha' in there ? await versionAt(component, there.sha) : undefined;
    const candidate = shown ?? recorded?.candidate;
    if (!candidate) return { environment, runsIt: false, ...doubt };
    const since = recorded?.candidate === candidate ? recorded.since : there && 'at' in there && there.at;
    return { environment, runsIt: await holds(candidate), candidate, ...(since && { since }), ...doubt };
  }

  async function carrying(name: string, holds: (candidate: Sha) => Promise<boolean>): Promise<ReleaseStatus | undefined> {
    for (const { status } of await releases.running(name)) {
      if (status?.candidate && (await holds(status.candidate))) return status;
    }
    return undefined;
  }

  /** Asks what a release that began now would carry. */
  async function notChosen(name: string, component: ReleasableComponent, { holds, places }: { readonly holds: (candidate: Sha) => Promise<boolean>; readonly places: readonly Presence[] }): Promise<Blocked> {
    const { code, chat } = component;
    const owners = [code.owners ?? chat?.team ?? `whoever runs ${code.mirror}`];
    const planned = await plan({ component: name });
    switch (planned.kind) {
      case 'waiting':
        return { what: `the mirror: ${planned.waitingFor}`, by: owners };
      case 'noCandidate':
        return { what: `the pipeline of ${shortSha(planned.sha)} on ${code.mirror}, which is red: ${toldFailures(planned.failed)}`, by: owners };
      case 'upToDate':
        if (!component.pin && places[0]?.runsIt) return notBroughtOn(name, places);
        if (planned.pending) return { what: `pipelines on ${code.mirror} that still run`, by: [] };
        return { what: 'nothing: only documentation has changed, and the next release will carry it', by: [] };
      case 'triedBefore':
        return { what: `the end of ${planned.release}, which came to nothing: slipway start ${kinds.release.workflow} ${name} --sha ${planned.sha}`, by: ['whoever starts releases'] };
      case 'halted':
        return { what: toldHalt(name, planned.halt), by: [planned.halt.by], since: planned.halt.since };
      case 'vetoed':
        return { what: toldVeto(planned.veto, planned.sha), by: [planned.veto.by], since: planned.veto.since };
      case 'release':
      case 'straight':
        if (!(await holds(planned.candidate))) return { what: `its pipeline on ${code.mirror}: ${shortSha(planned.candidate)} is the newest green commit`, by: owners };
        return { what: `the start of a release, which would carry it: slipway start ${kinds.release.workflow} ${name}`, by: ['whoever starts releases'] };
    }
  }

  return { whereabouts };
}

/** Of what stage runs every commit of, it is asked which releases have it, net of reverts. */
async function followReleases(ports: WhereaboutsPorts, name: string, rules: PromotionRules, { sha, number }: { readonly sha?: Sha; readonly number?: number }): Promise<Whereabouts> {
  const { forge } = ports;
  const { repository, branch } = rules;
  const [by] = sha === undefined ? [] : await forge.pullRequests.landing(repository, sha, branch);
  const asked = number ?? by?.number;
  const pull = asked === undefined ? undefined : await forge.pullRequests.get(repository, asked);
  if (!pull) throw neverRetry('InvalidInput', sha === undefined ? `${repository} has no pull request #${number}` : `${sha} came onto ${branch} of ${repository} by no pull request: releases can be searched for those only`);
  const found = { component: name, pullRequest: { number: pull.number, url: pull.url, state: pull.state }, merged: pull.mergeSha !== undefined, environments: [] };
  if (pull.mergeSha === undefined) return { ...found, blocked: unmerged(pull) };
  const commit = await forge.commits.find(repository, pull.mergeSha);
  const { chapters, latest } = await createStories(ports).tellStory(rules, { number: pull.number, mergeSha: pull.mergeSha });
  return { ...found, ...(commit && { commit }), releases: { told: toldStory(chapters), ...(latest !== undefined && { latest }) } };
}

/** Nothing, where an answer would have to be waited for. */
async function unlessTooEarly<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (failure) {
    if (failure instanceof ApplicationFailure && failure.type === 'NotYet') return undefined;
    throw failure;
  }
}

function unmerged({ number, state }: PullRequest): Blocked {
  return state === 'closed' ? { what: `#${number}, which was closed without being merged`, by: [] } : { what: `the merge of #${number}`, by: ['its reviewers'] };
}

function held({ release, state, waitingFor, paused, objections = [] }: ReleaseStatus): Blocked {
  if (objections.length > 0) return { what: objections.join('; '), by: ['whoever has said that'], ...(waitingFor && { since: waitingFor.since }) };
  if (paused) return { what: `the pause of ${release}${paused.reason ? `: ${paused.reason}` : ''}`, by: [paused.by], since: paused.since };
  if (waitingFor) return { what: waitingFor.what, by: waitingFor.whom ?? [], since: waitingFor.since };
  return { what: `${release}, which is under way (${state})`, by: [] };
}

function notCarriedOn(name: string, absent: readonly string[]): Blocked {
  return { what: `the end of the release that merged it: none carries it on to ${absent.join(', ')}. slipway start ${kinds.release.workflow} ${name} does; slipway history ${name} says why it ended`, by: ['whoever starts releases'] };
}

/** What nothing pins is up to date as soon as its first environment has it. */
function notBroughtOn(name: string, places: readonly Presence[]): Blocked {
  const [first] = places;
  const absent = places.filter(({ runsIt }) => !runsIt).map(({ environment }) => environment);
  return { what: `the end of the release that brought it to ${first!.environment}: none carries it on to ${absent.join(', ')}, until slipway start ${kinds.release.workflow} ${name} --sha ${first!.candidate}`, by: ['whoever starts releases'] };
}
