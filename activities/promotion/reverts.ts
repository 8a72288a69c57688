import { ApplicationFailure } from '@temporalio/common';
import type { Seen } from '../../domain/changes/life.ts';
import { marker } from '../../domain/code/marker.ts';
import { inert } from '../../domain/code/quiet-text.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { revertTitle } from '../../domain/promotion/fix-plan.ts';
import { readLedger, standingOf } from '../../domain/promotion/reverts.ts';
import { neverRetry, notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { changeLooks } from '../changes/looks.ts';
import type { ChangeLook } from '../changes/looks.ts';
import { effect } from '../effect.ts';
import { readContents } from '../environments/contents.ts';
import { ledgerCommit } from './story.ts';

export interface WantedRevert {
  readonly repository: Repository;
  /** The branch that it was merged into. */
  readonly into: string;
  readonly number: number;
  /** Business key: of the fix, and of which way it goes. */
  readonly key: string;
  /** Why, for those who review it. */
  readonly why: string;
}

export type OpenedRevert =
  | { readonly kind: 'opened'; readonly number: number; readonly url: string; readonly head: Sha; readonly branch: string }
  /** The forge can't make it by itself: somebody has to. */
  | { readonly kind: 'byHand'; readonly why: string };

export type RevertSeen = Seen | { readonly kind: 'merged'; readonly sha: Sha };

/** Takes pull requests back by pull requests, and brings them back so. */
export function createReverts(ports: Pick<Ports, 'catalog' | 'environments' | 'forge' | 'git' | 'readLagMs'>) {
  const { forge, git, readLagMs } = ports;
  const { pullRequests } = forge;
  const { progressOf, shown } = changeLooks(forge);
  const { seen } = readContents(ports);

  /** Opens it once, or takes up one that somebody else has opened. */
  async function openRevert({ repository, into, number, key, why }: WantedRevert): Promise<OpenedRevert> {
    const pull = await pullRequests.get(repository, number);
    if (pull?.mergeSha === undefined) throw neverRetry('InvalidInput', `#${number} of ${repository} is not merged: there is nothing to take back`);
    const landing = (await pullRequests.landing(repository, pull.mergeSha, into)).find((one) => one.number === number);
    if (!landing) throw neverRetry('InvalidInput', `#${number} of ${repository} was not merged into ${into}`);
    const branch = `revert-${number}-${landing.branch}`;
    const find = async () => {
      const all = await pullRequests.list(repository, branch, into);
      return all.find(({ body }) => body.includes(marker(key))) ?? all.find(({ state }) => state === 'open');
    };
    const body = `Reverts ${repository}#${number}\n\n${inert(why)}\n\n${marker(key)}`;
    try {
      const made = await effect({ key: `revert ${repository}#${number} ${key}`, lagMs: readLagMs, probe: find, act: () => pullRequests.revert(repository, { number, title: revertTitle(pull.title), body }) });
      return { kind: 'opened', number: made.number, url: made.url, head: made.head, branch };
    } catch (failure) {
      if (failure instanceof ApplicationFailure && failure.type === 'Refused') return { kind: 'byHand', why: failure.message };
      throw failure;
    }
  }

  /** @throws `NotYet` while nothing has happened to it */
  async function lookAtRevert(look: ChangeLook): Promise<RevertSeen> {
    const pull = await shown(look.repository, look);
    if (pull.state === 'merged') return { kind: 'merged', sha: pull.mergeSha! };
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    const found = await progressOf({ ...look, head: pull.head }, pull);
    const isKnown = (found.kind === 'behind' && look.known?.kind === 'behind') || (found.kind === 'conflict' && look.known?.kind === 'unfit');
    if (isKnown) throw notYet(`#${look.number} is as it was`);
    return found;
  }

  /** What a branch points to, once a pull request stands so in it, net of reverts of reverts. @throws `NotYet` until it does */
  async function pullStands({ repository, branch, mergeSha, number, want }: { readonly repository: Repository; readonly branch: string; readonly mergeSha: Sha; readonly number: number; readonly want: 'in' | 'out' }): Promise<Sha> {
    const head = (await git.refs(repository)).branches[branch];
    const [landing] = await git.log(repository, { to: mergeSha, limit: 1 });
    if (!head || !landing) throw notYet(`${branch} of ${repository} has no ${mergeSha}`);
    const history = await git.log(repository, { from: landing.parents[0], to: head });
    const standing = standingOf(readLedger(history.map(ledgerCommit).toReversed(), [{ number, title: '', branch: '', body: '', commits: [mergeSha] }]), number);
    if (standing.kind !== want) throw notYet(`#${number} is ${standing.kind} in ${branch}`);
    return head;
  }

  /** What an environment runs, once that contains all of these. @throws `NotYet` until then */
  async function runsAll({ environment, repository, shas }: { readonly environment: string; readonly repository: Repository; readonly shas: readonly Sha[] }): Promise<Sha> {
    const runs = (await seen(environment, repository))?.sha;
    if (runs === undefined) throw notYet(`${environment} does not tell what it runs`);
    for (const sha of shas) if ((await forge.commits.range(repository, sha, runs)).diverged) throw notYet(`${environment} runs ${runs.slice(0, 7)}, without ${sha.slice(0, 7)}`);
    return runs;
  }

  return { openRevert: beating(openRevert), lookAtRevert, pullStands, runsAll };
}
