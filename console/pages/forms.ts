import { html } from 'hono/html';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import type { SignedIn } from '../login.ts';
import { offersOf } from '../offers.ts';
import type { Button } from '../offers.ts';
import { inPath, pageOf } from './layout.ts';
import type { Html } from './layout.ts';

/** A button for each thing that a release waits for. */
export function wantedForms(status: ReleaseStatus, session: SignedIn): Html {
  return html`${offersOf(status).filter(({ isWanted }) => isWanted).map((offer) => offerForm(status.release, offer, session))}`;
}

/** What can be said at any time, out of the way. */
export function otherForms(status: ReleaseStatus, session: SignedIn): Html {
  const others = offersOf(status).filter(({ isWanted }) => !isWanted);
  return html`<details><summary>Something else</summary>${others.map((offer) => offerForm(status.release, offer, session))}</details>`;
}

function offerForm(release: string, { id, label, message, inputs }: Button, { formKey }: SignedIn): Html {
  return html`<form method="post" action="/say/${inPath(release)}" class="offer ${message}">
<input type="hidden" name="formKey" value="${formKey}"><input type="hidden" name="offer" value="${id}"><input type="hidden" name="from" value="${pageOf(release)}">
${inputs.map(({ name, isRequired }) => html`<label>${name} <input name="${name}" maxlength="1000"${isRequired ? html` required` : ''} autocomplete="off"></label> `)}<button>${label}</button>
</form>`;
}

/** Keeps releases away from an environment, or lets them in again. */
export function freezeForm(environment: string, isFrozen: boolean, { formKey }: SignedIn): Html {
  const message = isFrozen ? 'thaw' : 'freeze';
  return html`<details><summary>${isFrozen ? 'Thaw' : 'Freeze'}</summary><form method="post" action="/environments/${encodeURIComponent(environment)}/${message}" class="offer">
<input type="hidden" name="formKey" value="${formKey}"><label>reason <input name="reason" maxlength="1000"${isFrozen ? '' : html` required`} autocomplete="off"></label> <button>${message} ${environment}</button>
</form></details>`;
}
