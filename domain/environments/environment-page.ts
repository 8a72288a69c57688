import { yourLogin } from '../people/person.ts';
import { shortSha } from '../code/commit.ts';
import { frozenBy } from './environment.ts';
import type { EnvironmentRecord } from './environment.ts';
import { fitting, refusals, outagesOf } from '../release/status-page.ts';
import type { Outage } from '../release/outage.ts';

const mostQueued = 20;

/** An environment as markdown for the Temporal UI's Current Details. */
export function environmentPage(record: EnvironmentRecord, now: string, outages: readonly Outage[] = []): string {
  const { environment, lease, fence } = record;
  return fitting([
    `**${environment}**`,
    '',
    lease ? `In the hands of \`${lease.claim.release}\` (${lease.claim.purpose}) since ${lease.since}, grant ${fence}` : 'Free',
    ...outagesOf({ outages }),
    ...freezes(record, now),
    ...waiting(record),
    ...running(record),
    ...followers(record),
    ...refusals(record),
  ]);
}

function freezes(record: EnvironmentRecord, now: string): string[] {
  const { freeze, thaw } = record;
  const frozen = frozenBy(record, now);
  const by = frozen?.by ? `, by ${frozen.by}` : '';
  const [message, example] = freeze ? ['thaw', { by: yourLogin }] : ['freeze', { by: yourLogin, reason: 'why' }];
  return [
    ...(frozen ? ['', `**Frozen**${by}: ${frozen.reason}${frozen.until ? `, until ${frozen.until}` : ''}`] : []),
    ...(thaw ? ['', `Thawed by ${thaw.by}${thaw.reason ? `: ${thaw.reason}` : ''}, at ${thaw.since}`] : []),
    '',
    `Send \`${message}\` with`,
    '```json',
    JSON.stringify(example),
    '```',
  ];
}

function waiting({ queue }: EnvironmentRecord): string[] {
  if (queue.length === 0) return [];
  const more = queue.length - mostQueued;
  return [
    '',
    '**Waiting:**',
    ...queue.slice(0, mostQueued).map(({ claim, since }, index) => `${index + 1}. \`${claim.release}\` since ${since}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

function running({ deployed }: EnvironmentRecord): string[] {
  const rows = Object.entries(deployed).map(([component, { candidate, release, since }]) => `| ${component} | \`${shortSha(candidate)}\` | ${release} | ${since} |`);
  return ['', '| component | candidate | release | since |', '| --- | --- | --- | --- |', ...rows];
}

function followers({ followers: ids }: EnvironmentRecord): string[] {
  return ids.length > 0 ? ['', `Wakes by each deployment: ${ids.map((id) => `\`${id}\``).join(', ')}`] : [];
}
