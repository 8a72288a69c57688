import { disorderIn } from '../crash/order.ts';
import type { Effect, Snapshot } from '../worlds.ts';
import type { Component, Past } from './life.ts';

/** What an environment's workflow knows. */
export interface Lease {
  readonly environment: string;
  readonly holder?: string;
  readonly queue: readonly string[];
  readonly runs: readonly { readonly component: string; readonly candidate: string; readonly sha: string }[];
}

/** What runs in an environment. */
export interface Running {
  readonly environment: string;
  readonly sha: string;
  readonly pins: Readonly<Record<Component, string>>;
}

export interface Aftermath {
  readonly releases: readonly Past[];
  /** In the order in which they were applied. */
  readonly effects: readonly Effect[];
  readonly snapshot: Snapshot;
  readonly leases: readonly Lease[];
  readonly running: readonly Running[];
  /** What workers were about to send when they were frozen: it left when they were thawed. */
  readonly sentLate: readonly string[];
}

/** What must not happen twice: its key names the occasion. */
const single = /^(merge|dispatch|deployment|comment|message|issue|review) /;

/** What can be seen twice where a worker was frozen right before it sent it: whoever takes a second one is not GitHub, nor Slack. */
const late: Readonly<Record<string, RegExp>> = { dispatch: /\/dispatches$/, deployment: /\/deployments$/, message: /\/chat\.postMessage$/, comment: /\/comments$/ };

/** What is wrong with the world when a trial is over; nothing, as a rule. */
export function faultsOf(aftermath: Aftermath): readonly string[] {
  const { releases, effects } = aftermath;
  return [...repeatedIn(aftermath), ...leftIn(aftermath), ...unlikeRecords(aftermath), ...releases.flatMap((release) => wrongIn(release, aftermath)), ...disorderIn(effects.map(({ key }) => key))];
}

function repeatedIn({ effects, sentLate }: Aftermath): readonly string[] {
  return effects.flatMap(({ key, nth }) => {
    if (nth === 1 || !single.test(key)) return [];
    const [kind = ''] = key.split(' ');
    const isLate = sentLate.filter((sending) => late[kind]?.test(sending)).length >= nth - 1;
    const isCalledOff = kind !== 'dispatch' || effects.some((other) => other.key === key.replace('dispatch', 'cancel')) || !isLate;
    return isLate && isCalledOff ? [] : [`${key} was applied ${nth} times`];
  });
}

function leftIn({ releases, effects, snapshot, leases }: Aftermath): readonly string[] {
  const faults: string[] = [];
  const product = snapshot.repositories['gitlab-org/gitlab']!;
  for (const component of ['gitaly', 'monitor']) {
    // Those that carry on what was merged open none.
    const opening = releases.filter((release) => release.component === component && release.id.includes('/from-'));
    const opened = effects.filter(({ key }) => key === `pull gitlab-org/gitlab release/${component}→master`);
    if (opened.length !== opening.length) faults.push(`${component}: ${opened.length} pull requests for ${opening.length} releases`);
    if (`refs/heads/release/${component}` in product.refs) faults.push(`the branch release/${component} is left`);
  }
  for (const pull of product.pulls as readonly { readonly state?: string; readonly title?: string }[]) if (pull.state === 'open') faults.push(`a pull request is left open: ${pull.title}`);
  for (const { environment, holder, queue } of leases) if (holder !== undefined || queue.length > 0) faults.push(`${environment} is held by ${holder}, and ${queue.join(', ') || 'nobody'} waits`);
  return faults;
}

/** What is known to run in an environment, and does not. */
function unlikeRecords({ leases, running }: Aftermath): readonly string[] {
  return leases.flatMap(({ environment, runs }) => {
    const { sha, pins } = running.find((one) => one.environment === environment) ?? { sha: 'nothing', pins: undefined };
    return runs.flatMap((known) => {
      const pinned = pins?.[known.component as Component];
      return known.sha === sha && known.candidate === pinned ? [] : [`${environment} runs ${known.component} at ${pinned} (${sha}), and is known to run ${known.candidate} (${known.sha})`];
    });
  });
}

/** What a release came to that was not meant, left out, or did before it might. */
function wrongIn({ id, component, meant, outcome, status, approvedAfter }: Past, { effects, releases, running }: Aftermath): readonly string[] {
  const faults: string[] = [];
  const check = (isRight: boolean, fault: string) => void (isRight || faults.push(`${id} ${fault}`));
  const launched = (stage: string) => effects.findIndex(({ key }) => /^(dispatch|deployment) /.test(key) && key.includes(`${id}/${stage}/`));
  // Another component's release brings its pin along, if it is quicker.
  const isOvertaken = outcome.kind === 'superseded' && releases.some((other) => other.id !== id && other.component !== component && outcome.by.includes(other.id));
  check(outcome.kind === meant || isOvertaken, `ended as ${JSON.stringify(outcome)}`);
  check(status.ending === outcome.kind, `says that it ended as ${status.ending}, and not as ${outcome.kind}`);
  check(status.owed.length === 0 && (status.owes ?? []).length === 0, `owes ${JSON.stringify([status.owed, status.owes])}`);
  check(status.waitingFor === undefined && status.state === 'ended', `has ended, and waits for ${status.waitingFor?.what} (${status.state})`);

  const production = launched('production');
  check(production < 0 || (approvedAfter !== undefined && production >= approvedAfter), `was in production (effect ${production}) before it was approved (${approvedAfter})`);
  check(meant === 'released' || production < 0, `was in production, though it was ${meant}`);
  if (outcome.kind !== 'released') return faults;
  for (const stage of outcome.stages) {
    const isThere = running.some(({ environment, pins }) => environment === stage && (pins[component] === outcome.candidate || releases.at(-1)!.id !== id));
    check(isThere, `is not in ${stage}`);
    // What came with the other component is there already.
    check(launched(stage) >= 0 || effects.some(({ key }) => /^(dispatch|deployment) /.test(key) && key.includes(`/${stage}/`)), `was not deployed to ${stage}`);
  }
  return faults;
}
