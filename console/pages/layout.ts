import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { SignedIn } from '../login.ts';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** How often, in seconds, a page without scripts is loaded anew. */
const refreshSeconds = 20;

/** Who looks. */
export interface Viewer {
  readonly session: SignedIn | undefined;
  /** The path where they are. */
  readonly at: string;
}

interface Around {
  /** The path that tells of changes, where there can be any. */
  readonly live?: string;
  /** Undefined where nobody can log in. */
  readonly viewer?: Viewer | undefined;
}

/** A whole page around what is in its middle. */
export function page(title: string, main: Html, { live, viewer }: Around = {}): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Slipway</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
${live === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript><script src="/live.js" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><a href="/" class="home">Slipway</a>${viewer ? account(viewer) : ''}</header>
<main id="main" tabindex="-1"${live === undefined ? '' : html` data-live="${live}"`}>${main}</main>
</body>
</html>`;
}

function account({ session, at }: Viewer): Html {
  if (!session) return html`<a href="/login?from=${encodeURIComponent(at)}">Log in to decide</a>`;
  return html`<form method="post" action="/logout"><input type="hidden" name="formKey" value="${session.formKey}">${session.person.login} <button>Log out</button></form>`;
}

/** The address of a release's page. */
export function pageOf(release: string): string {
  return `/r/${inPath(release)}`;
}

/** An id as a part of a path. */
export function inPath(release: string): string {
  return release.split('/').map(encodeURIComponent).join('/');
}

/** A link to somewhere else, where the address is one of the web; else the text alone. */
export function linkTo(url: string | undefined, text: string): Html {
  return url !== undefined && /^https?:\/\//.test(url) ? html`<a href="${url}" rel="noreferrer">${text}</a>` : html`${text}`;
}
