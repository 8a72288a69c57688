import { yourLogin } from '../people/person.ts';
import { haltOf, toldHalt, toldVeto, vetoesOf } from '../people/objection.ts';
import { shortSha } from '../code/commit.ts';
import { inert } from '../code/quiet-text.ts';
import { fitting, refusals, outagesOf } from '../release/status-page.ts';
import type { Outage } from '../release/outage.ts';
import { takingBack } from './component-record.ts';
import type { ComponentRecord } from './component-record.ts';

const mostVetoesShown = 10;
const lastDecisions = 5;
const anySha = '0123456789012345678901234567890123456789';

/** A component as markdown for the Temporal UI's Current Details. */
export function componentPage(record: ComponentRecord, now: string, outages: readonly Outage[] = []): string {
  const { component, decisions, offer } = record;
  const [halt, vetoes] = [haltOf(record, now), vetoesOf(record, now)];
  const more = vetoes.length - mostVetoesShown;
  return fitting([
    `**${component}**`,
    '',
    halt ? `**Halted**: ${inert(toldHalt(component, halt))}, since ${halt.since}${halt.release ? `, by the end of \`${halt.release}\`` : ''}` : 'Not halted: releases go on',
    ...outagesOf({ outages }),
    ...(vetoes.length > 0 ? ['', '**Vetoed:**', ...vetoes.slice(-mostVetoesShown).map((veto) => `- ${inert(toldVeto(veto))}${veto.only ? ' (this commit alone)' : ''}`)] : []),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...(offer ? ['', `**To be decided:** whether a pull request takes the pin back from \`${shortSha(offer.pinned)}\`, which \`${offer.release}\` has left`, ...template('decide', { choice: takingBack[0], by: yourLogin, reason: 'why' })] : []),
    ...(halt ? template('lift', { by: yourLogin }) : template('halt', { by: yourLogin, reason: 'why', until: '2026-12-24T18:00:00Z' })),
    ...template('veto', { sha: anySha, by: yourLogin, reason: 'why' }),
    ...(vetoes.length > 0 ? template('lift', { sha: vetoes.at(-1)!.sha, by: yourLogin }) : []),
    ...(decisions.length > 0 ? ['', '**Decided:**', ...decisions.slice(-lastDecisions).map(({ message, by, at, reason }) => `- ${message} by ${inert(by)}, at ${at}${reason ? ` (${inert(reason)})` : ''}`)] : []),
    ...refusals(record),
  ]);
}

function template(message: string, payload: object): string[] {
  return ['', `Send \`${message}\` with`, '```json', JSON.stringify(payload), '```'];
}
