import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { marker } from '../../domain/code/marker.ts';
import { inert } from '../../domain/code/quiet-text.ts';
import { owedBackport } from '../../domain/versions/backport.ts';
import type { BackportPlan, Requested } from '../../domain/versions/backport.ts';
import type { BackportRequest } from '../../domain/versions/request.ts';
import { releaseId } from '../../domain/release/kinds.ts';
import { isSameLabel } from '../../domain/text/label.ts';
import { effect } from '../effect.ts';
import { componentIn, versionedIn } from '../../ports/catalog/entries.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { asking } from './asking.ts';
import type { Refused } from './ground.ts';
import { picks } from './picking.ts';
import { runningLine } from './running-line.ts';

export type PlannedBackports = BackportPlan | { readonly kind: 'nothing'; readonly label: string } | (Refused & { /** Which wait, and where people are told of it. */ readonly waiting?: { readonly channel: string; readonly numbers: readonly number[] } });

export type BackportAct =
  | { readonly kind: 'there'; readonly as: readonly Sha[] }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] }
  /** The remote does not take it from here. Nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface OneBackport {
  readonly plan: BackportPlan;
  readonly change: Requested;
}

type BackportPorts = Pick<Ports, 'catalog' | 'environments' | 'forge' | 'git' | 'releases' | 'readLagMs'>;

/** Picks merged pull requests onto the stable branch that production runs. */
export function createBackports(ports: BackportPorts) {
  const { catalog: source, forge, git, readLagMs } = ports;
  const { runningBranch } = runningLine(ports);
  const { pick } = picks(ports);
  const { ask } = asking(ports);

  /** What waits to be picked. @throws `InvalidInput` for a component without backports */
  async function planBackports({ component, except = [] }: BackportRequest & { /** Numbers that somebody has given up. */ readonly except?: readonly number[] }): Promise<PlannedBackports> {
    const catalog = await source.read();
    const { code, versions } = versionedIn(catalog, component);
    const { chat } = componentIn(catalog, component);
    if (!versions.backports) throw neverRetry('InvalidInput', `the catalog does not say which pull requests of ${component} are picked: add "versions.backports" to it`);
    const { label } = versions.backports;
    const repository = versions.repository ?? code.canonical;
    const queue = (await forge.pullRequests.labelled(repository, label, code.branch)).filter(({ number }) => !except.includes(number));
    if (queue.length === 0) return { kind: 'nothing', label };
    const running = await runningBranch(catalog, component, await git.refs(repository));
    if (running.kind === 'refused') return { ...running, ...(chat && { waiting: { channel: chat.team, numbers: queue.map(({ number }) => number) } }) };
    return {
      kind: 'backports',
      id: releaseId('backports', component, 'queue'),
      component,
      repository,
      label,
      from: code.branch,
      branch: running.branch,
      queue: (await inOrder(repository, queue)).map(({ number, url, title, author, mergeSha }) => ({ number, url, title, mergeSha, ...(author !== undefined && { author }) })),
      stages: [],
      ...(chat && { chat }),
      pace: catalog.pace,
    };
  }

  /** By the branch's history: several may have been merged in one second. */
  async function inOrder<Merged extends Pick<Requested, 'mergeSha'>>(repository: Repository, merged: readonly Merged[]): Promise<readonly Merged[]> {
    const ordered: Merged[] = [];
    for (const change of merged) {
      let place = ordered.length;
      while (place > 0 && (await git.mergeBase(repository, change.mergeSha, ordered[place - 1]!.mergeSha)) === change.mergeSha) place--;
      ordered.splice(place, 0, change);
    }
    return ordered;
  }

  /** Picks one and pushes it. @throws `Unavailable` where the branch has moved meanwhile */
  async function pickBackport(one: OneBackport): Promise<BackportAct> {
    const { plan, change } = one;
    return effect<BackportAct>({
      key: `${plan.id}/${plan.branch}/${change.number}`,
      lagMs: 0,
      async probe() {
        const found = await picked(one);
        return found.kind === 'there' ? found : undefined;
      },
      async act() {
        const found = await picked(one);
        if (found.kind === 'there') return found;
        if (found.kind === 'conflict') return { kind: 'conflict', paths: found.paths };
        const { repository, branch } = plan;
        const pushed = await git.push(repository, [{ ref: { branch }, from: found.onto, to: found.head }]);
        if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${branch} of ${repository} has moved on meanwhile`);
        // What has been pushed is read back: that tells the commits.
        return pushed.kind === 'refused' ? { kind: 'refused', reason: pushed.reason } : undefined;
      },
    });
  }

  /** The change on top of the branch as that is now. */
  async function picked({ plan: { repository, branch, from }, change }: OneBackport) {
    const { branches } = await git.refs(repository);
    const [onto, main] = [branches[branch], branches[from]];
    if (onto === undefined || main === undefined) throw neverRetry('Conflict', `${repository} has no branch ${onto === undefined ? branch : from} any more`);
    return { onto, ...(await pick(repository, change, { onto, main, from })) };
  }

  /** Asks its author, by a pull request, to bring it there. Undefined where that has it by now. */
  async function openBackport({ plan, change, why }: OneBackport & { readonly why: string }): Promise<{ readonly number: number; readonly url: string } | undefined> {
    return ask(plan.repository, plan.id, owedBackport(plan, change, why), async (at) => {
      if (at !== undefined) return at;
      const found = await picked({ plan, change });
      return found.kind === 'there' ? undefined : found.head;
    });
  }

  /** Looks once. `elsewhere`: production is on another branch by now. @throws `NotYet` while neither is so */
  async function backportSettled({ plan, change, pullRequest }: OneBackport & { readonly pullRequest?: number }): Promise<Extract<BackportAct, { kind: 'there' }> | { readonly kind: 'elsewhere' }> {
    const { repository, component, branch } = plan;
    const found = await picked({ plan, change });
    if (found.kind === 'there') return found;
    const pull = pullRequest === undefined ? undefined : await forge.pullRequests.get(repository, pullRequest);
    if (pull?.state === 'merged') return { kind: 'there', as: [pull.mergeSha!] };
    const running = await runningBranch(await source.read(), component, await git.refs(repository));
    if (running.kind === 'branch' && running.branch !== branch) return { kind: 'elsewhere' };
    throw notYet(`${branch} of ${repository} lacks #${change.number}`);
  }

  /** Says at the pull request where it went, and takes the label off. */
  async function closeBackport({ plan, change, as, givenUp }: OneBackport & { readonly as?: readonly Sha[]; readonly givenUp?: { readonly by: string; readonly reason: string } }): Promise<void> {
    const { repository, branch, label, id } = plan;
    const { number } = change;
    const mark = marker(`${id}/${branch}/${number}/${givenUp ? 'given-up' : 'done'}`);
    await effect({
      key: `comment ${repository}#${number} ${branch}`,
      lagMs: readLagMs,
      probe: async () => ((await forge.discussions.hasComment(repository, number, mark)) ? true : undefined),
      act: () => forge.discussions.comment(repository, number, `${toldPlace(branch, as ?? [], givenUp)}\n\n${mark}`),
    });
    const carries = async () => (await forge.pullRequests.get(repository, number))?.labels.some((one) => isSameLabel(one, label)) ?? false;
    await effect({
      key: `label off ${repository}#${number} ${label}`,
      lagMs: 0,
      probe: async () => ((await carries()) ? undefined : true),
      act: () => forge.discussions.removeLabel(repository, number, label),
    });
  }

  return { planBackports, pickBackport: beating(pickBackport), openBackport: beating(openBackport), backportSettled, closeBackport: beating(closeBackport) };
}

function toldPlace(branch: string, as: readonly Sha[], givenUp: { readonly by: string; readonly reason: string } | undefined): string {
  if (givenUp) return `Not on \`${branch}\`: given up by ${inert(givenUp.by)}: ${inert(givenUp.reason)}.`;
  return as.length > 0 ? `On \`${branch}\` as ${as.map(shortSha).join(', ')}.` : `\`${branch}\` has it already: nothing was picked.`;
}
