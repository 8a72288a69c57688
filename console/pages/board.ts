import { html } from 'hono/html';
import type { RecentEnd } from '../../client/inspection/recently-ended.ts';
import { age } from '../age.ts';
import type { Overview } from '../overview.ts';
import type { SignedIn } from '../login.ts';
import { freezeForm } from './forms.ts';
import { pageOf } from './layout.ts';
import type { Html } from './layout.ts';

export interface BoardPage {
  readonly overview: Overview;
  readonly ended: readonly RecentEnd[];
  /** Whose components can be asked for alone, and whose are shown. */
  readonly teams: readonly string[];
  readonly team?: string | undefined;
}

/** What is where, what moves, what does not, and why. `now` is in ms since 1970. */
export function boardPage({ overview, ended, teams, team }: BoardPage, now: number, session?: SignedIn): Html {
  return html`<h1>What is where${team === undefined ? '' : ` (${team})`}</h1>
${teams.length > 1 ? filter(teams, team) : ''}
${overview.rows.length === 0 ? html`<p>No component has been released yet. Start one: <code>slipway start componentRelease &lt;component&gt;</code></p>` : grid(overview, session)}
${overview.elsewhere.length > 0 ? html`<h2>Under way</h2><ul>${overview.elsewhere.map((moving) => html`<li>${movingLine(moving)}</li>`)}</ul>` : ''}
${overview.standing.length > 0 ? html`<h2>What stands still, and why</h2><ul class="standing">${overview.standing.map(({ what, why, release }) => html`<li>${release === undefined ? html`<b>${what}</b>` : html`<a href="${pageOf(release)}">${release}</a>`}: ${why}</li>`)}</ul>` : ''}
${ended.length > 0 ? html`<h2>RecentEnd of late</h2><ul>${ended.map(({ id, status, at }) => html`<li><a href="${pageOf(id)}">${id}</a> <span class="quiet">${age(at, now)} ago${status === 'COMPLETED' ? '' : `, ${status.toLowerCase()}`}</span></li>`)}</ul>` : ''}`;
}

function filter(teams: readonly string[], team: string | undefined): Html {
  return html`<nav aria-label="Teams">${[undefined, ...teams].map((one) => html`<a href="${one === undefined ? '/' : `/?team=${encodeURIComponent(one)}`}"${one === team ? html` aria-current="page"` : ''}>${one ?? 'all'}</a> `)}</nav>`;
}

function grid({ environments, rows }: Overview, session: SignedIn | undefined): Html {
  return html`<div class="wide" tabindex="0" role="region" aria-label="Components by environment"><table>
<thead><tr><th scope="col">component</th>${environments.map(({ name, isFrozen, notes }) => html`<th scope="col">${name}${notes.map((note) => html`<div class="note">${note}</div>`)}${session ? freezeForm(name, isFrozen, session) : ''}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ component, notes, cells }) => html`<tr><th scope="row">${component}${notes.map((note) => html`<div class="note">${note}</div>`)}</th>${cells.map(
      ({ runs, behind }) => html`<td>${runs ? html`<a href="${pageOf(runs.release)}"><code>${runs.candidate}</code></a> <span class="quiet">for ${runs.for}</span>` : html`<span class="quiet">nothing that is known</span>`}${behind.map((moving) => html`<div class="behind">${movingLine(moving)}</div>`)}</td>`,
    )}</tr>`,
  )}</tbody>
</table></div>`;
}

function movingLine({ release, what, whom }: Overview['elsewhere'][number]): Html {
  return html`<a href="${pageOf(release)}">${what || release}</a>${whom === undefined ? '' : html` <strong>${whom}</strong>`}`;
}
