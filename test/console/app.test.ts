import { describe, expect, it } from 'vitest';
import { Failure } from '../../client/terminal/answer.ts';
import { consoleApp } from '../../console/app.ts';
import type { Readings, ReleaseReading } from '../../console/readings.ts';
import { board, waiting } from './board-of.ts';

const told = { environments: ['staging', 'production'], components: ['gitaly', 'monitor'], teamOf: { gitaly: '#g_gitaly', monitor: '#g_monitor' } };
const known: ReleaseReading = { kind: 'known', status: waiting, running: true, startedAt: '2026-01-02T08:00:00Z', link: 'http://ui/workflows/1' };

function open(readings: Partial<Readings> = {}) {
  const closing = new AbortController();
  const all: Readings = { board: async () => ({ ...board, ended: [{ id: 'release/gitaly/from-0', status: 'TERMINATED', at: new Date().toISOString() }] }), release: async () => known, reachable: async () => true, ...readings };
  return { app: consoleApp({ readings: all, catalog: async () => told, closing: closing.signal }), closing };
}

async function get(path: string, readings?: Partial<Readings>) {
  const response = await open(readings).app.request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the board', () => {
  it('links what waits behind an environment, and names whom it waits for', async () => {
    const { status, text } = await get('/');
    expect(status).toBe(200);
    expect(text).toMatch(/<a href="\/r\/release\/gitaly\/from-1">cccccccccccc waits for approval of production[^<]*<\/a> <strong>alice, bob<\/strong>/);
    expect(text).toContain('frozen by kim: the incident');
    expect(text).toContain('halted by ana: leaks');
    expect(text).toContain('the token has expired');
    expect(text).toMatch(/release\/gitaly\/from-0<\/a> <span class="quiet">less than a minute ago, terminated/);
  });

  it('shows those of one team', async () => {
    const { text } = await get(`/?team=${encodeURIComponent('#g_monitor')}`);
    expect(text).toContain('<th scope="row">monitor');
    expect(text).not.toContain('<th scope="row">gitaly');
    expect(text).toContain('aria-current="page">#g_monitor</a>');
  });

  it('says what to do where there is nothing yet', async () => {
    const nothing = { environments: [], components: [], moving: [], ended: [] };
    const response = await consoleApp({ readings: { board: async () => nothing, release: async () => known, reachable: async () => true }, catalog: async () => ({ environments: [], components: [], teamOf: {} }), closing: new AbortController().signal }).request('/');
    expect(await response.text()).toContain('slipway start componentRelease');
  });
});

describe('a release', () => {
  it('shows what it waits for, what to type, its stages and who has decided what', async () => {
    const { status, text } = await get('/r/release/gitaly/from-1');
    expect(status).toBe(200);
    expect(text).toMatch(/Waits for approval of production<\/b> by <strong>alice, bob<\/strong>/);
    expect(text).toContain('It brings 3 commits since aaaaaaaaaaaa, which production runs');
    expect(text).toContain(`slipway approve release/gitaly/from-1 --stage production --by &lt;you&gt; --sha ${waiting.candidate}`);
    expect(text).toContain('<a href="https://forge.test/runs/1" rel="noreferrer">✓ done</a>');
    expect(text).toContain('<a href="http://ui/workflows/1"');
  });

  it('lets nothing that people or services have said become a part of the page', async () => {
    const { text } = await get('/r/release/gitaly/from-1');
    expect(text).toContain('&lt;b&gt;kim&lt;/b&gt;');
    expect(text).toContain('lunch &amp; &quot;more&quot;');
    expect(text).not.toContain('javascript:');
  });

  it('is asked for by its id, whatever is in it', async () => {
    const asked: string[] = [];
    const { status, text } = await get('/r/flag/gitaly/%3Cscript%3E', { release: async (id) => (asked.push(id), { kind: 'unknown' }) });
    expect(asked).toEqual(['flag/gitaly/<script>']);
    expect(status).toBe(404);
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script>');
  });

  it('that does not answer says why, by another status', async () => {
    const { status, text } = await get('/r/release/gitaly/from-1', { release: async () => ({ kind: 'silent', why: 'no worker answers', link: undefined }) });
    expect([status, text.includes('It does not answer: no worker answers')]).toEqual([503, true]);
  });
});

it('says what is out of reach, in the place of what can not be read', async () => {
  const away = async () => Promise.reject(new Failure(3, 'the Temporal server does not answer'));
  const { status, text } = await get('/', { board: away });
  expect([status, text.includes('the Temporal server does not answer')]).toEqual([503, true]);
});

it('runs no script but its own, stands in no frame, and is kept by no cache', async () => {
  for (const path of ['/', '/r/release/gitaly/from-1', '/no-such-page']) {
    const { headers, text } = await get(path);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<script>|style=|onclick=/);
  }
});

it('is healthy while Temporal answers', async () => {
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/healthz', { reachable: async () => false })).status).toBe(503);
});

describe('what is told live', () => {
  it('comes when something has changed, and only then, until the console ends', async () => {
    let times = 0;
    const { app, closing } = open({
      release: async () => {
        times += 1;
        if (times === 4) closing.abort();
        return { ...known, status: { ...waiting, next: times < 3 ? 'one' : 'two' } };
      },
    });
    const response = await app.request(`/live?of=${encodeURIComponent('/r/release/gitaly/from-1')}`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(events.map((event) => /Next: (\w+)/.exec(event)?.[1])).toEqual(['one', 'two']);
  });

  it('goes on when the server was away', async () => {
    let times = 0;
    const { app, closing } = open({
      board: async () => {
        times += 1;
        if (times === 1) throw new Failure(3, 'the Temporal server does not answer');
        closing.abort();
        return { ...board, ended: [] };
      },
    });
    const text = await (await app.request('/live?of=/')).text();
    expect(text).toContain('does not answer');
    expect(times).toBe(2);
  });
});
