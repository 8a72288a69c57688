import { runCommand } from '../../client/command.ts';
import type { ExitCode } from '../../client/terminal/answer.ts';

export interface Told {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Types a command line and waits for its end, as outside of a terminal. It sees nothing of the developer's environment. */
export async function type(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const said = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof said) => ({ write: (text: string) => void (said[stream] += text) });
  const exit = await runCommand(args, { stdout: into('stdout'), stderr: into('stderr'), env: { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml', ...env } });
  return { exit, ...said };
}
