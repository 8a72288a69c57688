import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gitEnvironment } from './git.ts';
import type { Exchange, Reply } from '../http/exchange.ts';

/** One line of a push: which ref, from and to which object; forty zeros stand for "none". */
export interface PushCommand {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Git's own HTTP server, as a CGI program.
 * @param refused refs that a push may not touch: an atomic one then touches none
 */
export function serveGit(
  exchange: Exchange,
  options: { root: string; repository: string; service: string; login: string; refused?: readonly string[] },
): Promise<Reply> {
  const { refused = [] } = options;
  const child = spawn('git', [...(refused.length > 0 ? ['-c', `core.hooksPath=${refusingHooks()}`] : []), 'http-backend'], {
    env: {
      ...gitEnvironment(),
      REFUSED_REFS: ` ${refused.join(' ')} `,
      GIT_PROJECT_ROOT: options.root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${options.repository}.git/${options.service}`,
      REMOTE_USER: options.login,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: exchange.method,
      QUERY_STRING: exchange.query.toString(),
      CONTENT_TYPE: exchange.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(exchange.body.length),
      HTTP_CONTENT_ENCODING: exchange.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: headerText(exchange, 'git-protocol'),
    },
  });
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.resume();
    child.on('error', reject);
    child.on('close', () => resolve(parseCgi(Buffer.concat(out))));
    child.stdin.on('error', () => undefined);
    child.stdin.end(exchange.body);
  });
}

/** Git asks an `update` hook for each ref of a push, as GitHub's own does for a protected branch. */
const updateHook = `#!/bin/sh
case "$REFUSED_REFS" in *" $1 "*) echo "error: GH006: Protected branch update failed for $1." >&2; exit 1;; esac
`;

let hooks: string | undefined;

function refusingHooks(): string {
  if (hooks === undefined) {
    hooks = mkdtempSync(join(tmpdir(), 'sandbox-hooks-'));
    writeFileSync(join(hooks, 'update'), updateHook, { mode: 0o755 });
    const made = hooks;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return hooks;
}

/** The refs that a `git-receive-pack` request wants to move; none for the probe that git sends before a big push. */
export function pushCommands(exchange: Exchange): PushCommand[] {
  const body = exchange.headers['content-encoding'] === 'gzip' ? gunzipSync(exchange.body) : exchange.body;
  const commands: PushCommand[] = [];
  for (let at = 0; at + 4 <= body.length; ) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    if (!(length > 4)) break;
    const line = body.toString('utf8', at + 4, at + length).split('\0')[0]!.trim();
    const [from, to, ref] = line.split(' ');
    if (from?.length === 40 && to?.length === 40 && ref !== undefined) commands.push({ from, to, ref });
    at += length;
  }
  return commands;
}

function parseCgi(output: Buffer): Reply {
  const end = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, Math.max(end, 0)).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}

function headerText(exchange: Exchange, name: string): string {
  return exchange.headers[name]?.toString() ?? '';
}
