import { Hono } from 'hono';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import type { Board } from '../client/inspection/board-text.ts';
import { asFailure } from '../client/terminal/fault.ts';
import { addActing } from './acting.ts';
import type { Acting } from './acting.ts';
import { liveScript, style } from './assets.ts';
import type { SignedIn } from './login.ts';
import { overviewOf } from './overview.ts';
import type { Layout } from './overview.ts';
import { boardPage } from './pages/board.ts';
import { page } from './pages/layout.ts';
import type { Html, Viewer } from './pages/layout.ts';
import { missingPage, releasePage } from './pages/release.ts';
import type { Readings } from './readings.ts';

export interface Directory extends Layout {
  /** Whose a component is, where it is known. */
  readonly teamOf: Readonly<Record<string, string>>;
}

export interface ConsoleParts {
  readonly readings: Readings;
  /** What the catalog says, as far as there is one at hand. */
  readonly catalog: () => Promise<Directory>;
  readonly acting?: Acting | undefined;
  /** Ends what is told live. */
  readonly closing: AbortSignal;
}

interface Middle {
  readonly title: string;
  readonly main: Html;
  readonly status: 200 | 404 | 503;
}

/** How often, in ms, a page that is open is looked after. */
const lookEveryMs = 1_000;
/** How many pages are told live at once; the others are loaded anew from time to time. */
const mostLive = 500;

/** The console's pages. They only read, where people can't log in. */
export function consoleApp({ readings, catalog, acting, closing }: ConsoleParts): Hono {
  const app = new Hono();
  let live = 0;

  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], scriptSrc: ["'self'"], connectSrc: ["'self'"], imgSrc: ['data:'], baseUri: ["'none'"], formAction: ["'self'"], frameAncestors: ["'none'"] },
      xFrameOptions: 'DENY',
      // Stricter, and browsers would not say of our own forms that they are ours.
      referrerPolicy: 'same-origin',
      strictTransportSecurity: false,
    }),
  );
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });

  const whoIs = acting ? addActing(app, acting, readings, refuse) : () => undefined;

  app.get('/style.css', (context) => context.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/live.js', (context) => context.body(liveScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/', (context) => show(context, (session) => board(context.req.query('team'), session)));
  app.get('/r/:id{.+}', (context) => show(context, (session) => release(context.req.param('id'), session)));
  app.get('/healthz', async (context) => ((await readings.reachable()) ? context.text('ok') : context.text('the Temporal server does not answer', 503)));
  app.get('/live', (context) => tellLive(context));
  app.notFound((context) => context.html(page('Not found', missingPage(context.req.path, { kind: 'unknown' })), 404));
  return app;

  async function show(context: Context, middle: (session: SignedIn | undefined) => Promise<Middle>): Promise<Response> {
    const { title, main, status } = await attempt(() => middle(whoIs(context)));
    return context.html(page(title, main, { live: `/live?of=${encodeURIComponent(pathOf(context))}`, viewer: viewer(context) }), status);
  }

  function refuse(context: Context, why: string, status: 400 | 401 | 403 | 409 | 422): Response | Promise<Response> {
    return context.html(page('Not done', html`<h1>Not done</h1><p class="note">${why}</p><p><a href="/">The board</a></p>`, { viewer: viewer(context) }), status);
  }

  function viewer(context: Context): Viewer | undefined {
    return acting && { session: whoIs(context), at: context.req.method === 'GET' ? pathOf(context) : '/' };
  }

  async function board(team: string | undefined, session: SignedIn | undefined): Promise<Middle> {
    const [{ ended, ...whole }, told] = await Promise.all([readings.board(), catalog()]);
    const shows = (component: string) => team === undefined || told.teamOf[component] === team;
    const overview = overviewOf(withOnly(whole, shows), { ...told, components: told.components.filter(shows) }, Date.now());
    const teams = [...new Set(Object.values(told.teamOf))].toSorted();
    return { title: 'What is where', main: boardPage({ overview: { ...overview, rows: overview.rows.filter(({ component }) => shows(component)) }, ended, teams, team }, Date.now(), session), status: 200 };
  }

  async function release(id: string, session: SignedIn | undefined): Promise<Middle> {
    const reading = await readings.release(id);
    if (reading.kind === 'known') return { title: id, main: releasePage(reading, Date.now(), session), status: 200 };
    return { title: id, main: missingPage(id, reading), status: reading.kind === 'unknown' ? 404 : 503 };
  }

  /** Sends the middle of a page whenever it has changed. */
  function tellLive(context: Context): Response {
    const of = new URL(context.req.query('of') ?? '/', 'http://console');
    const middle = of.pathname.startsWith('/r/') ? () => release(decodeURIComponent(of.pathname.slice(3)), whoIs(context)) : () => board(of.searchParams.get('team') ?? undefined, whoIs(context));
    if (live >= mostLive) return context.text('too many pages are open', 503);
    return streamSSE(context, async (stream) => {
      live += 1;
      stream.onAbort(() => stream.close());
      const end = () => void stream.close();
      closing.addEventListener('abort', end);
      try {
        for (let last = ''; !stream.aborted && !stream.closed && !closing.aborted; await stream.sleep(lookEveryMs)) {
          const text = String(await (await attempt(middle)).main);
          if (text !== last) await stream.writeSSE({ data: JSON.stringify(text) });
          last = text;
        }
      } finally {
        live -= 1;
        closing.removeEventListener('abort', end);
      }
    });
  }
}

function pathOf(context: Context): string {
  const { pathname, search } = new URL(context.req.url);
  return pathname + search;
}

/** What can't be read is said in the page's place. */
async function attempt(middle: () => Promise<Middle>): Promise<Middle> {
  try {
    return await middle();
  } catch (error) {
    return { title: 'Out of reach', main: missingPage('Out of reach', { kind: 'silent', why: asFailure(error).message, link: undefined }), status: 503 };
  }
}

function withOnly(board: Board, shows: (component: string) => boolean): Board {
  return {
    environments: board.environments,
    components: board.components.filter(({ component }) => shows(component)),
    moving: board.moving.filter(({ status }) => status === undefined || shows(status.component)),
    failed: (board.failed ?? []).filter(({ component }) => shows(component)),
  };
}
