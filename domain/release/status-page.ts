import { shortSha } from '../code/commit.ts';
import { inert } from '../code/quiet-text.ts';
import { toldProgress } from './progress.ts';
import { toldOutage } from './outage.ts';
import type { Outage } from './outage.ts';
import type { ReleaseStatus, SoakStatus, StageStatus } from './status.ts';
import { spoken } from '../text/spoken.ts';
import { cut } from '../text/short-text.ts';

/** How a stage's mark is shown. */
export const marks: Record<StageStatus['mark'], string> = {
  ahead: '·',
  underWay: '→ under way',
  approval: '? waits for approval',
  queued: '… queued',
  promoting: '→ promoting',
  soaking: '~ soaking',
  done: '✓ done',
  failed: '✗ failed',
  stopped: '■ stopped',
  rejected: '✗ rejected',
  skipped: '↷ skipped',
  rollingBack: '← rolling back',
  rolledBack: '← rolled back',
};

/** The Temporal UI renders details through a URL, so they must stay small: bytes. */
const most = 4_000;
const lastRefusals = 3;

/** The operator's console: the release as markdown for the Temporal UI's Current Details, below 4 KB. */
export function statusPage(status: ReleaseStatus): string {
  return fitting([...headline(status), ...pause(status), ...outagesOf(status), ...waiting(status), ...stageTable(status), ...(status.table === undefined ? [] : ['', status.table]), ...remains(status), ...refusals(status)]);
}

/** A page that the UI can show: what is too much is cut off at the end. */
export function fitting(lines: readonly string[]): string {
  const page = lines.join('\n');
  return page.length <= most ? page : `${page.slice(0, most - 40)}\n\n… (see the query \`status\`)`;
}

function headline({ component, version, candidate, pinned, pullRequest, rollout, outcome, next, progress }: ReleaseStatus): string[] {
  const carried = candidate ? ` \`${shortSha(candidate)}\`` : '';
  const from = pinned ? ` (from \`${shortSha(pinned)}\`)` : '';
  const pull = pullRequest ? ` · [pull request #${pullRequest.number}](${pullRequest.url})` : '';
  return [
    `**${component}**${version ? ` ${version}` : ''}${carried}${from}${pull}`,
    ...(rollout ? ['', `Flag \`${rollout.flag}\`, of commit \`${shortSha(rollout.commit)}\`${rollout.issue ? ` · [rollout issue](${rollout.issue})` : ''}`] : []),
    ...(outcome ? ['', `**Ended:** ${outcome}`] : []),
    ...(progress ? ['', `So far: ${toldProgress(progress)} (at ${progress.at})`] : []),
    ...(next ? ['', `Next: ${next}`] : []),
  ];
}

function stageTable({ stages }: ReleaseStatus): string[] {
  if (stages.length === 0) return [];
  const rows = stages.map(({ name, environment, mark, since, url, soak }) => {
    const shown = `${url ? `[${marks[mark]}](${url})` : marks[mark]}${soak ? `: ${toldSoak(soak)}` : ''}`;
    return `| ${name} | ${environment} | ${shown} | ${since ?? ''} |`;
  });
  return ['', '| stage | environment | state | since |', '| --- | --- | --- | --- |', ...rows];
}

/** "12 min of 1 h observed by 2026-01-05T10:12:00Z; stood still for 5 min" */
export function toldSoak({ ofMs, observedMs, stoodMs, at, standing }: SoakStatus): string {
  const stood = [...(stoodMs >= 1_000 ? [`stood still for ${spoken(stoodMs)}`] : []), ...(standing ? [`stands still since then: ${standing}`] : [])];
  const observed = observedMs >= ofMs ? `${spoken(ofMs)} observed` : `${spoken(observedMs)} of ${spoken(ofMs)} observed by ${at}`;
  return [observed, ...stood].join('; ');
}

function pause({ paused, objections = [] }: ReleaseStatus): string[] {
  const against = objections.flatMap((objection) => ['', `**Objected:** ${inert(objection, 1_500)}`]);
  return [...against, ...(paused ? ['', `**Paused** by ${paused.by}${paused.reason ? `: ${paused.reason}` : ''}, since ${paused.since}`] : [])];
}

/** Which services do not answer. */
export function outagesOf({ outages = [] }: { readonly outages?: readonly Outage[] }): string[] {
  return outages.flatMap((outage) => ['', `**Outage:** ${inert(toldOutage(outage), 600)}`]);
}

function waiting({ waitingFor }: ReleaseStatus): string[] {
  if (!waitingFor) return [];
  const whom = waitingFor.whom ? ` by ${waitingFor.whom.join(', ')}` : '';
  const send = (waitingFor.send ?? []).flatMap(({ message, payload, to }) => ['', `Send \`${message}\`${to ? ` to \`${to}\`` : ''} with`, '```json', JSON.stringify(payload), '```']);
  const { write } = waitingFor;
  const texts = write ? ['', `Comment on [the pull request](${write.on}): ${write.texts.map((text) => `\`${text}\``).join(' or ')}`] : [];
  return ['', `**Waiting for** ${waitingFor.what}${whom}  `, `since ${waitingFor.since}`, ...(waitingFor.brings === undefined ? [] : ['', `It brings ${waitingFor.brings}`]), ...texts, ...send];
}

function remains({ owes = [], undone, stays, owed }: ReleaseStatus): string[] {
  const list = (title: string, items: readonly string[]) => (items.length > 0 ? ['', `**${title}:** ${items.join('; ')}`] : []);
  return [...list('Still owed', owes.map(({ what, since }) => `${what} (since ${since})`)), ...list('Taken back', undone), ...list('Stays', stays), ...list('Still to do by hand', owed)];
}

export function refusals({ refused }: Pick<ReleaseStatus, 'refused'>): string[] {
  if (refused.length === 0) return [];
  const last = refused.slice(-lastRefusals).map(({ message, why, at }) => `- \`${message}\` at ${at}: ${cut(why, 300)}`);
  return ['', '**Not accepted:**', ...last];
}
