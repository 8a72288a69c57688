import { shortSha } from './candidate.ts';
import { frozenBy } from './environment.ts';
import type { EnvironmentRecord } from './environment.ts';

const mostQueued = 20;

/** An environment as markdown for the Temporal UI's Current Details. */
export function environmentPage(record: EnvironmentRecord, now: string): string {
  const { environment, lease, queue, deployed, followers, fence } = record;
  const frozen = frozenBy(record, now);
  const by = (title: string | undefined) => (title ? `, by ${title}` : '');
  const lines = [
    `**${environment}**`,
    '',
    lease ? `In the hands of \`${lease.claim.release}\` (${lease.claim.purpose}) since ${lease.since}, grant ${fence}` : 'Free',
    ...(frozen ? ['', `**Frozen**${by(frozen.by)}: ${frozen.reason}${frozen.until ? `, until ${frozen.until}` : ''}`] : []),
    ...(queue.length > 0 ? ['', '**Waiting:**', ...queue.slice(0, mostQueued).map(({ claim, since }, index) => `${index + 1}. \`${claim.release}\` since ${since}`)] : []),
    ...(queue.length > mostQueued ? [`… and ${queue.length - mostQueued} more`] : []),
    '',
    '| component | candidate | release | since |',
    '| --- | --- | --- | --- |',
    ...Object.entries(deployed).map(([component, { candidate, release, since }]) => `| ${component} | \`${shortSha(candidate)}\` | ${release} | ${since} |`),
    ...(followers.length > 0 ? ['', `Wakes by each deployment: ${followers.map((id) => `\`${id}\``).join(', ')}`] : []),
    '',
    frozen?.by ? 'Send `thaw` with' : 'Send `freeze` with',
    '```json',
    JSON.stringify(frozen?.by ? { by: 'your-login' } : { by: 'your-login', reason: 'why' }),
    '```',
  ];
  return lines.join('\n').slice(0, 4_000);
}
