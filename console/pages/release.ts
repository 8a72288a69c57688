import { html } from 'hono/html';
import { shortSha } from '../../domain/code/commit.ts';
import { commandFor } from '../../domain/people/call.ts';
import type { Decision } from '../../domain/people/decision.ts';
import { toldProgress } from '../../domain/release/progress.ts';
import { marks, toldSoak } from '../../domain/release/status-page.ts';
import type { ReleaseStatus, StageStatus, Waiting } from '../../domain/release/status.ts';
import { age } from '../age.ts';
import type { ReleaseReading } from '../readings.ts';
import type { SignedIn } from '../login.ts';
import { otherForms, wantedForms } from './forms.ts';
import { linkTo } from './layout.ts';
import type { Html } from './layout.ts';

type Known = Extract<ReleaseReading, { kind: 'known' }>;

/** One release of any kind: what it carries where, what it waits for, and what people have decided. `now` is in ms since 1970. */
export function releasePage({ status, running, startedAt, link }: Known, now: number, session?: SignedIn): Html {
  const { release, component, waitingFor, paused, objections = [], progress, next, table, outcome, stages, decisions } = status;
  return html`<h1>${release}</h1>
<p class="state">${running ? html`<b>${paused ? `paused by ${paused.by}` : status.state}</b>` : html`<b>ended</b>`}${outcome === undefined ? '' : html`: ${outcome}`}</p>
${waitingFor && running ? waiting(status, waitingFor, now, session) : ''}
${paused ? html`<p class="note">Paused by ${paused.by}${paused.reason === undefined ? '' : `: ${paused.reason}`}, for ${age(paused.since, now)}</p>` : ''}
${objections.map((objection) => html`<p class="note">${objection}</p>`)}
${progress ? html`<p>So far: ${toldProgress(progress)}</p>` : ''}
${next === undefined ? '' : html`<p>Next: ${next}</p>`}
${session && running ? otherForms(status, session) : ''}
${carried(status, component, startedAt, now)}
${stages.length > 0 ? stageTable(stages, now) : ''}
${table === undefined ? '' : html`<div class="wide" tabindex="0" role="region" aria-label="What is looked at one by one"><pre>${table}</pre></div>`}
${remains(status, now)}
${decisions.length > 0 ? html`<h2>Who has decided what</h2><ol class="history">${decisions.map(decided)}</ol>` : ''}
${status.refused.length > 0 ? html`<h2>Not accepted</h2><ul>${status.refused.map(({ message, why, at }) => html`<li><code>${message}</code> at ${at}: ${why}</li>`)}</ul>` : ''}
${link === undefined ? '' : html`<p>${linkTo(link, 'This workflow in Temporal’s UI')}</p>`}`;
}

/** Nobody answers for it, or it is not there. */
export function missingPage(id: string, reading: Exclude<ReleaseReading, { kind: 'known' }>): Html {
  if (reading.kind === 'silent') return html`<h1>${id}</h1><p class="note">It does not answer: ${reading.why}</p>${reading.link === undefined ? '' : html`<p>${linkTo(reading.link, 'This workflow in Temporal’s UI')}</p>`}`;
  return html`<h1>No such release</h1><p>There is no release “${id}”. What there is stands on <a href="/">the board</a>.</p>`;
}

function waiting(status: ReleaseStatus, { what, since, brings, whom, write, send = [] }: Waiting, now: number, session: SignedIn | undefined): Html {
  return html`<section class="wanted" aria-label="What it waits for">
<p><b>Waits for ${what}</b>${whom ? html` by <strong>${whom.join(', ')}</strong>` : ''}, for ${age(since, now)}</p>
${brings === undefined ? '' : html`<p>It brings ${brings}</p>`}
${session ? wantedForms(status, session) : ''}
${write ? html`<p>Comment on ${linkTo(write.on, write.on)}: ${write.texts.map((text, index) => html`${index > 0 ? ' or ' : ''}<code>${text}</code>`)}</p>` : ''}
${send.length > 0 ? html`<p>Or type</p><ul>${send.map((sendable) => html`<li><code>${commandFor(status.release, sendable)}</code></li>`)}</ul>` : ''}
</section>`;
}

function carried({ candidate, pinned, version, does, pullRequest, rollout }: ReleaseStatus, component: string, startedAt: string, now: number): Html {
  const facts: [string, Html | string][] = [
    ['component', component],
    ...(version === undefined ? [] : [['version', does === undefined ? version : `${version} (${does})`] as [string, string]]),
    ...(candidate ? [['candidate', html`<code>${shortSha(candidate)}</code>${pinned ? html` from <code>${shortSha(pinned)}</code>` : ''}`] as [string, Html]] : []),
    ...(rollout ? [['flag', html`<code>${rollout.flag}</code> of <code>${shortSha(rollout.commit)}</code>${rollout.issue === undefined ? '' : html` · ${linkTo(rollout.issue, 'rollout issue')}`}`] as [string, Html]] : []),
    ...(pullRequest ? [['pull request', linkTo(pullRequest.url, `#${pullRequest.number}`)] as [string, Html]] : []),
    ['begun', `${age(startedAt, now)} ago`],
  ];
  return html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function stageTable(stages: readonly StageStatus[], now: number): Html {
  return html`<h2>Stages</h2><div class="wide" tabindex="0" role="region" aria-label="Stages"><table>
<thead><tr><th scope="col">stage</th><th scope="col">environment</th><th scope="col">state</th><th scope="col">for</th></tr></thead>
<tbody>${stages.map(
    ({ name, environment, mark, since, url, soak }) => html`<tr class="${mark}"><th scope="row">${name}</th><td>${environment}</td><td>${linkTo(url, marks[mark])}${soak ? html`: ${toldSoak(soak)}` : ''}</td><td>${since === undefined ? '' : age(since, now)}</td></tr>`,
  )}</tbody></table></div>`;
}

function remains({ owes = [], undone, stays, owed }: ReleaseStatus, now: number): Html {
  const lists: [string, readonly string[]][] = [
    ['Still owed', owes.map(({ what, since }) => `${what}, for ${age(since, now)}`)],
    ['Taken back', undone],
    ['Stays', stays],
    ['Still to do by hand', owed],
  ];
  return html`${lists.map(([title, items]) => (items.length === 0 ? '' : html`<h2>${title}</h2><ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`))}`;
}

function decided({ message, by, at, stage, reason, assurance, evidence }: Decision): Html {
  const proof = assurance === undefined ? '' : html` <span class="quiet">${assurance}${evidence === undefined ? '' : html` (${linkTo(evidence, evidence)})`}</span>`;
  return html`<li><time datetime="${at}">${at.slice(0, 16).replace('T', ' ')}</time> <b>${by}</b> ${message}${stage === undefined ? '' : ` ${stage}`}${reason === undefined ? '' : `: ${reason}`}${proof}</li>`;
}
