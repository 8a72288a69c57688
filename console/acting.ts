import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Server } from '../client/terminal/connection.ts';
import { asFailure } from '../client/terminal/fault.ts';
import { environment } from '../client/people/freeze.ts';
import { tell } from '../client/people/telling.ts';
import type { SigningKey } from '../client/people/token.ts';
import { signDecision } from '../client/people/token.ts';
import { answered } from '../client/release/release.ts';
import { freezing, thawing } from '../domain/environments/freeze.ts';
import type { ReleaseStatus } from '../domain/release/status.ts';
import { freeze, thaw } from '../workflows/environments/messages.ts';
import type { Login, Person, SignedIn } from './login.ts';
import { localPath, LoginRefused, openSessions } from './login.ts';
import { messageOf, offersOf } from './offers.ts';
import type { Button } from './offers.ts';
import type { Readings } from './readings.ts';

/** What it takes for people to act. Without it pages only read. */
export interface Acting {
  readonly login: Login;
  /** Where people reach the console. */
  readonly url: string;
  /** Signs what people decide, where votes are to be verified. */
  readonly key: SigningKey | undefined;
  readonly send: Messenger;
}

export interface Messenger {
  /** @throws Failure with why it was refused */
  release(to: string, message: string, payload: object): Promise<void>;
  environment(name: string, message: 'freeze' | 'thaw', payload: object): Promise<void>;
}

/** What is to be shown in place of a page: why something was not done. */
export type Refuse = (context: Context, why: string, status: 400 | 401 | 403 | 409 | 422) => Response | Promise<Response>;

/** Who is known by the cookie of a request. */
export type WhoIs = (context: Context) => SignedIn | undefined;

const longestForm = 20_000;

/** Adds what people do: they log in, and press buttons. */
export function addActing(app: Hono, { login, url, key, send }: Acting, readings: Readings, refuse: Refuse): WhoIs {
  const sessions = openSessions();
  const isSecure = new URL(url).protocol === 'https:';
  const names = isSecure ? { session: '__Host-slipway', journey: '__Host-slipway-journey' } : { session: 'slipway', journey: 'slipway-journey' };
  // The way back from the login server begins on another site: "Strict" would lose the cookie there.
  const cookie = { path: '/', httpOnly: true, secure: isSecure, sameSite: 'Lax' } as const;
  const whoIs: WhoIs = (context) => sessions.find(getCookie(context, names.session));

  app.get('/login', async (context) => {
    try {
      const { to, journey } = await login.begin(context.req.query('from') ?? '/');
      setCookie(context, names.journey, sessions.leave(journey), { ...cookie, maxAge: 600 });
      return context.redirect(to, 303);
    } catch (error) {
      return refuseLogin(context, error);
    }
  });

  app.get('/login/back', async (context) => {
    const journey = sessions.arrive(getCookie(context, names.journey));
    deleteCookie(context, names.journey, cookie);
    if (!journey) return refuse(context, 'this login has taken too long, or was begun elsewhere: begin it again', 400);
    try {
      const person = await login.end(journey, new URL(context.req.url));
      sessions.end(getCookie(context, names.session));
      setCookie(context, names.session, sessions.begin(person), cookie);
      return context.redirect(journey.from, 303);
    } catch (error) {
      return refuseLogin(context, error);
    }
  });

  app.post('/logout', (context) =>
    whenTheirs(context, async () => {
      sessions.end(getCookie(context, names.session));
      deleteCookie(context, names.session, cookie);
      return context.redirect('/', 303);
    }),
  );

  app.post('/say/:id{.+}', (context) =>
    whenTheirs(context, async (session, form) => {
      const id = context.req.param('id');
      const reading = await readings.release(id);
      if (reading.kind !== 'known' || !reading.running) return refuse(context, `${id} does not run, or does not answer`, 409);
      const offer = offersOf(reading.status).find((one) => one.id === form['offer']);
      if (!offer) return refuse(context, 'it waits for something else by now: look at it again', 409);
      await send.release(offer.to, offer.message, signed(offer, session.person, reading.status, form));
      return context.redirect(localPath(form['from'] ?? '/'), 303);
    }),
  );

  app.post('/environments/:name/:message{freeze|thaw}', (context) =>
    whenTheirs(context, async ({ person }, form) => {
      const reason = form['reason']?.trim();
      await send.environment(context.req.param('name'), context.req.param('message') as 'freeze' | 'thaw', { by: person.login, ...(reason && { reason }) });
      return context.redirect('/', 303);
    }),
  );
  return whoIs;

  function signed(offer: Button, person: Person, { release, candidate }: ReleaseStatus, form: Readonly<Record<string, string>>): object {
    const message = messageOf(offer, person, form);
    const { message: verdict } = offer;
    if (!key || !candidate || (verdict !== 'approve' && verdict !== 'reject')) return message;
    const account = { issuer: person.issuer, subject: person.subject };
    return { ...message, token: signDecision({ sub: person.login, release, stage: String(message['stage']), verdict, sha: candidate, account }, key).token };
  }

  /** Does what a form says, if it is one of ours that was sent by whom it was made for. */
  async function whenTheirs(context: Context, act: (session: SignedIn, form: Readonly<Record<string, string>>) => Promise<Response>): Promise<Response> {
    const session = whoIs(context);
    if (!session) return refuse(context, 'nobody is logged in', 401);
    const origin = context.req.header('origin');
    if (origin !== undefined && origin !== new URL(url).origin) return refuse(context, `this form comes from ${origin}`, 403);
    if (Number(context.req.header('content-length') ?? Infinity) > longestForm) return refuse(context, 'this form is too long', 400);
    const form = Object.fromEntries(Object.entries(await context.req.parseBody()).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    if (form['formKey'] !== session.formKey) return refuse(context, 'this form was not made for this login: load the page anew', 403);
    try {
      return await act(session, form);
    } catch (error) {
      return refuse(context, asFailure(error).message, 422);
    }
  }

  function refuseLogin(context: Context, error: unknown): Response | Promise<Response> {
    if (error instanceof LoginRefused) return refuse(context, error.message, 401);
    throw error;
  }
}

/** Sends by Update, so that it is known whether it was accepted. */
export function sendBy(server: Server, { taskQueue, catalog }: { readonly taskQueue: string; readonly catalog: string }): Messenger {
  return {
    async release(to, message, payload) {
      await answered(server, () => server.client.workflow.getHandle(to).executeUpdate(message, { args: [payload] }));
    },
    async environment(name, message, payload) {
      const place = { name, payload, taskQueue, catalog };
      const session = { server: async () => server };
      if (message === 'freeze') await tell(session, environment, { message: freeze, schema: freezing, ...place });
      else await tell(session, environment, { message: thaw, schema: thawing, ...place });
    },
  };
}
