import { execFile } from 'node:child_process';
import { devNull } from 'node:os';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly input?: string;
  /** Settings such as `{ 'http.extraHeader': '…' }`, handed over in the environment: other users of the machine can read arguments. */
  readonly settings?: Readonly<Record<string, string>>;
  /** More variables. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** More than the longest log of a large project. */
const mostOutput = 1 << 29;

/** Nothing of the machine's, of a user's or of a repository's may change what git does, run hooks, or ask somebody. */
const always = {
  'core.hooksPath': devNull,
  'core.commentChar': '#',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'protocol.https.allow': 'always',
  'protocol.http.allow': 'always',
  'protocol.file.allow': 'always',
  'advice.detachedHead': 'false',
  'merge.renames': 'true',
};

/** What git needs to know of the network. */
const inherited = ['PATH', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'];

/**
 * Runs git in a bare repository, without a shell. Answers also if git fails.
 *
 * @param args never hold what people typed, but SHAs, and ref names that have been looked at
 */
export function runGit(folder: string, args: readonly string[], { input = '', settings = {}, variables = {}, timeoutMs }: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const env = { ...surroundings({ ...always, ...settings }), ...variables };
    const child = execFile('git', ['--git-dir', folder, ...args], { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: mostOutput }, (error, out, told) => {
      if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') return reject(new Error('git is not installed, or not in the PATH'));
      const code = error ? (typeof error.code === 'number' ? error.code : 128) : 0;
      resolve({ code, out, error: error?.killed ? `gave up after ${timeoutMs} ms` : told.trim() });
    });
    // git may close its end before it has read everything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function surroundings(settings: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(settings).flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]]);
  return {
    ...Object.fromEntries(inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    HOME: devNull,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
    ...Object.fromEntries(pairs),
  };
}
