import { Command, CommanderError, Option } from 'commander';
import { Failure, printAnswer, printFailure } from './terminal/answer.ts';
import type { ExitCode, Terminal } from './terminal/answer.ts';
import { addAttributes } from './setup/attributes.ts';
import { addBoard } from './inspection/board.ts';
import { addConsole } from '../console/command.ts';
import { addCompletion } from './completion.ts';
import { connect } from './terminal/connection.ts';
import type { Server, ServerOptions } from './terminal/connection.ts';
import { addDecisions } from './people/decide.ts';
import { addFlags } from './capabilities/flags.ts';
import { addSteering } from './people/steer.ts';
import { addDoctor } from './inspection/doctor.ts';
import { asFailure, shown } from './terminal/fault.ts';
import { addFreezes } from './people/freeze.ts';
import { addHalts } from './people/halt.ts';
import { addHistory } from './inspection/history.ts';
import { addSchema } from './setup/schema.ts';
import { addSchedules } from './setup/schedules.ts';
import type { Answering } from './terminal/session.ts';
import { addStart } from './release/start.ts';
import { addStatus } from './release/status.ts';
import { addToken } from './people/token.ts';
import { addValidate } from './setup/validate.ts';
import { addWatch } from './release/watch.ts';
import { addSchemas } from './capabilities/schemas.ts';
import { addVersions } from './capabilities/versions.ts';
import { addWhere } from './inspection/where.ts';

const exitCodes = `
Exit codes: 0 done, accepted or released; 1 refused or not released; 2 bad input; 3 the server or a worker can't be reached`;

/** Runs one command line (without the program's name) to its exit code; never throws. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const as = args.includes('--json') ? 'json' : 'text';
  let exit: ExitCode = 0;

  const program = new Command('slipway')
    .description('Durable software releases on Temporal')
    .option('--json', 'print one JSON document')
    .option('--address <host:port>', 'the Temporal server (TEMPORAL_ADDRESS; default localhost:7233)')
    .option('--namespace <name>', 'its namespace (TEMPORAL_NAMESPACE; default "default")')
    .option('--profile <name>', 'a profile of temporal.toml (TEMPORAL_PROFILE)')
    .addOption(new Option('--ui <url>', "the Temporal UI that links lead to (SLIPWAY_UI)"))
    .addHelpText('after', exitCodes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => as === 'text' && terminal.stderr.write(text),
    });

  const answering: Answering = async (verb) => {
    let server: Promise<Server> | undefined;
    try {
      const answer = await verb({ terminal, as, server: () => (server ??= connect(program.opts<ServerOptions>(), terminal)) });
      printAnswer(terminal, answer, as);
      exit = answer.exit;
    } catch (error) {
      const failure = asFailure(error);
      printFailure(terminal, failure, as);
      exit = failure.exit;
    } finally {
      await server?.then(({ close }) => close()).catch(() => undefined);
    }
  };

  for (const add of [addStart, addDecisions, addToken, addSteering, addFlags, addFreezes, addHalts, addStatus, addWatch, addBoard, addWhere, addHistory, addSchemas, addVersions, addDoctor, addValidate, addSchedules, addSchema, addAttributes, addCompletion, addConsole]) add(program, answering);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return usageExit(error, terminal, as);
  }
  return exit;
}

/** Commander leaves by an error for `--help` and for wrong usage; in text it has told the person already. */
function usageExit(error: unknown, terminal: Terminal, as: 'text' | 'json'): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (as === 'json') printFailure(terminal, new Failure(2, shown(error).replace(/^error: /, '')), as);
  return 2;
}
