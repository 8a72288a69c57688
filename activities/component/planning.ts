import { activityInfo } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import type { Catalog } from '../../domain/catalog.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Pin } from '../../domain/component/rules.ts';
import { releaseFrom, straightId, straightPrefix } from '../../domain/release/keys.ts';
import type { Releasable, ReleasePlan } from '../../domain/component/plan.ts';
import { planStraight } from '../../domain/component/straight.ts';
import type { StraightPlan } from '../../domain/component/straight.ts';
import { pinReads, tagsOf } from '../environments/pinned-commit.ts';
import { readContents } from '../environments/contents.ts';
import { candidates } from './candidates.ts';
import type { NoCandidate, Undecided, Warned, Watch } from './candidates.ts';
import { leftOvers } from './left-over.ts';
import { planRelease } from '../../domain/component/plan.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import { reread } from '../doubt.ts';
import { releasableIn } from '../../ports/catalog/entries.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { readObjections } from '../people/objections.ts';
import type { OfferedCandidate } from '../../ports/temporal/running-releases.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { serverTime } from '../server-time.ts';

export type Planned =
  | (ReleasePlan & Warned)
  | (StraightPlan & Warned)
  | (Extract<ReleaseOutcome, { kind: 'triedBefore' | 'halted' | 'vetoed' }> & Warned)
  | (Extract<ReleaseOutcome, { kind: 'upToDate' }> & Warned)
  | NoCandidate
  | Undecided;

export type PlanRequest = ReleaseRequest & {
  /** Looks again and again rather than answer `waiting`: until then (ms since the epoch), or for as long as it takes. */
  readonly patient?: { readonly until?: number };
  /** By the hourly task: it carries on only what the catalog lets it. */
  readonly isHourly?: boolean;
};

/** Reads the catalog and the repositories, and decides what the release will carry. Writes nothing. */
export function createPlanning(ports: Pick<Ports, 'catalog' | 'forge' | 'releases' | 'environments' | 'components'>) {
  const { catalog, forge, releases, environments } = ports;
  const { seen } = readContents(ports);
  const { findLeftOver } = leftOvers(ports);
  const { pinSetBy, readPin, headOf } = pins(forge);
  const { inForce } = readObjections(ports);
  const { newest, asked, vetoedBy } = candidates(ports);

  /** @throws `InvalidInput` for an unknown component or a SHA that can't be released, `InvalidCatalog`, `Conflict` for a pin that nothing comes after, and, to whoever is patient, `NotYet`. */
  async function plan({ component: name, sha, patient, isHourly = false }: PlanRequest): Promise<Planned> {
    const read = await catalog.read();
    const { pin, ...component } = { name, ...releasableIn(read, name) };
    const tagged = tagsOf(component);
    const { halt, vetoes } = await inForce(name);
    if (halt) return { kind: 'halted', component: name, halt };
    const watch: Watch = { component: name, code: component.code, patience: read.pace.patience, told: component.code.owners ?? component.chat?.team, vetoes };
    const found = pin ? await forPin({ ...component, pin }) : await straight();
    if (found.kind !== 'waiting') return found;
    if (patient && serverTime() < (patient.until ?? Infinity)) throw notYet(`still waiting for ${found.waitingFor}`);
    return { ...found, patience: read.pace.patience };

    async function forPin(pinning: Releasable) {
      const base = await headOf(pinning.pin);
      const { pinned, pinnedAs } = await readPin(pinning.pin, base, tagged);
      const choice = sha ? await asked(watch, sha, pinned) : await newest(watch, pinned);
      if (choice.kind === 'upToDate' && (!isHourly || pinning.pin.whenLeft === 'carryOn')) {
        const left = await carriedOn(read, pinning, { base, pinned, tagged });
        return left ? ((await vetoedBy(watch, pinned)) ?? left) : choice;
      }
      if (choice.kind !== 'candidate') return choice;
      const id = await occasion(name, pinning.pin, { base, pinned, tagged });
      return { ...planRelease(read, pinning, { id, candidate: choice.commit, pinned, pinnedAs, base }), ...(choice.silent && { silent: choice.silent }), ...(choice.warning && { warning: choice.warning }) };
    }

    async function straight() {
      const places = await Promise.all(component.stages.map(({ environment }) => seen(environment, component.code.mirror)));
      const runs = places[0]?.sha;
      // One that was stopped on its way may be released again, if somebody asks for it.
      const isAgain = sha !== undefined && sha === runs && places.some((place) => place?.sha !== sha);
      const choice = sha ? await asked(watch, sha, isAgain ? undefined : runs) : await newest(watch, runs);
      if (choice.kind !== 'candidate') return choice;
      const fence = await lastGrant(component.stages[0]!.environment);
      const id = await attempt(straightPrefix(name, choice.commit.sha), straightId(name, choice.commit.sha, { runs, fence }));
      if (id.kind === 'tried' && sha === undefined) return { kind: 'triedBefore', sha: choice.commit.sha, release: id.before } as const;
      return { ...planStraight(read, component, { id: id.id, candidate: choice.commit, runs }), ...(choice.silent && { silent: choice.silent }), ...(choice.warning && { warning: choice.warning }) };
    }
  }

  /** 0 before the first. What a run of the environment knew that somebody has ended counts on: without that an occasion of before would come again, with its keys. */
  async function lastGrant(environment: string): Promise<number> {
    const known = (await environments.record(environment)) ?? (await environments.endedRecord(environment, activityInfo().taskQueue));
    return known?.fence ?? 0;
  }

  /** The id of a commit's release: of the one that runs, which may be whoever asks; else that of this occasion. */
  async function attempt(prefix: string, id: string): Promise<{ readonly kind: 'runs' | 'new'; readonly id: string } | { readonly kind: 'tried'; readonly id: string; readonly before: string }> {
    const own = activityInfo().workflowExecution?.workflowId ?? '';
    const begun = await releases.begun(prefix);
    // What has just begun is not listed yet.
    for (const one of new Set([...begun, id, ...(own.startsWith(prefix) ? [own] : [])])) if (one === own || (await releases.isRunning(one))) return { kind: 'runs', id: one };
    const [before] = begun;
    return before === undefined ? { kind: 'new', id } : { kind: 'tried', id, before };
  }

  /** The release of what is pinned, where that is not everywhere, and none is at it. */
  async function carriedOn(read: Catalog, component: Releasable, at: PinAt): Promise<ReleasePlan | undefined> {
    const { name, code, pin, stages } = component;
    const { base, pinned, tagged } = at;
    const setBy = await pinSetBy(pin, at);
    const left = await findLeftOver({ component: name, mirror: code.mirror, tagged, pin, stages, pinned, setBy });
    const candidate = left && (await forge.commits.find(code.mirror, pinned));
    if (!candidate) return undefined;
    const { id, landed, before = { candidate: pinned, sha: base } } = left;
    const names = left.stages.map((stage) => stage.name);
    const agreed = planRelease(read, component, { id, candidate, pinned: before.candidate, base: before.sha });
    return { ...agreed, landed, stages: agreed.stages.filter((stage) => names.includes(stage.name)) };
  }

  async function occasion(name: string, pin: Pin, at: PinAt): Promise<string> {
    const before = releaseFrom(name, at.pinned);
    return (await isUnderWay(before)) ? before : releaseFrom(name, await pinSetBy(pin, at));
  }

  /** A release that began before ids named the occasion goes on under its own. */
  async function isUnderWay(release: string): Promise<boolean> {
    return (await releases.isRunning(release)) && (await releases.status(release))?.candidate !== undefined;
  }

  /** Offers a candidate to its release, which is started where it does not run. @returns what that waits for people for, if it does */
  async function offer(offered: OfferedCandidate): Promise<string | undefined> {
    await releases.offer(offered, activityInfo().taskQueue);
    const waitingFor = (await releases.status(offered.release))?.waitingFor;
    return waitingFor?.whom && `${waitingFor.what}, by ${waitingFor.whom.join(', ')}, since ${waitingFor.since}`;
  }

  /** The commit that a release carries which runs already. @throws `Unavailable` while it does not say so */
  async function carriedBy({ release }: { readonly release: string }): Promise<Sha> {
    const candidate = (await releases.status(release))?.candidate;
    if (candidate === undefined) throw tryAgain('Unavailable', `${release} does not say what it carries`);
    return candidate;
  }

  return { plan, offer: beating(offer), carriedBy };
}

/** What a version file downstream says, and since when. */
function pins(forge: Ports['forge']) {
  const { pinText, commitOf } = pinReads(forge);

  /** @throws `Unavailable` while the forge does not show yet what set the pin */
  async function pinSetBy(pin: Pin, { base, pinned, tagged }: PinAt): Promise<Sha> {
    const { repository, versionFile } = pin;
    const setBy = await forge.commits.lastChange(repository, versionFile, base);
    const text = setBy && (await pinText(pin, setBy));
    const set = text && (await commitOf(text, tagged));
    if (setBy === undefined || set !== pinned) throw tryAgain('Unavailable', `${repository} does not show yet which commit has set ${versionFile} to ${pinned}`);
    return setBy;
  }

  async function readPin(pin: Pin, base: Sha, tagged: Repository | undefined): Promise<{ readonly pinned: Sha; readonly pinnedAs?: string }> {
    const { repository, branch, versionFile } = pin;
    const text = await reread(`${versionFile} of ${repository}`, () => pinText(pin, base));
    const pinned = text === undefined ? undefined : await commitOf(text, tagged);
    if (pinned !== undefined) return { pinned, ...(text !== pinned && { pinnedAs: text! }) };
    const given = text === undefined ? 'does not exist' : `contains "${text.slice(0, 60)}"`;
    throw neverRetry('Conflict', `${versionFile} in ${repository} (${branch}) must be a commit SHA of 40 hex digits, or a version that ${tagged} has a tag of, but it ${given}`);
  }

  async function headOf({ repository, branch }: Pin): Promise<Sha> {
    const head = await reread(`the branch ${branch} of ${repository}`, () => forge.branches.find(repository, branch));
    if (head) return head;
    throw neverRetry('InvalidCatalog', `branch ${branch} of ${repository} does not exist`);
  }

  return { pinSetBy, readPin, headOf };
}

/** What is pinned by the downstream branch's head, and where versions that are pinned are tagged. */
interface PinAt {
  readonly base: Sha;
  readonly pinned: Sha;
  readonly tagged: Repository | undefined;
}
