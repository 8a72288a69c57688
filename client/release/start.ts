import type { Command } from 'commander';
import { everyKind } from '../../domain/release/kinds.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { localComponents } from '../terminal/local-catalog.ts';
import { catalogOption, taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { passingId, polled } from '../terminal/task-queue.ts';
import { concluded, watch } from './watch.ts';

interface StartOptions {
  readonly version?: string;
  readonly sha?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly input?: string;
  readonly wait?: true;
  readonly taskQueue: string;
  readonly catalog: string;
}

export function addStart(program: Command, answering: Answering): void {
  program
    .command('start')
    .description(`start a workflow of a component: ${everyKind.map(({ workflow }) => workflow).join(', ')}`)
    .argument('<type>', 'the workflow type')
    .argument('<component>', 'its name in the catalog')
    .argument('[version]', 'what is released, where that is a version')
    .option('--sha <sha>', 'release exactly this commit')
    .option('--by <login>', 'who starts it: where the catalog says so, they may not approve it')
    .option('--reason <text>', 'why, for everybody to read')
    .option('--input <json>', 'more of the input, as one JSON object')
    .option('--wait', 'follow the release to its end')
    .addOption(taskQueueOption())
    .addOption(catalogOption('checks the component by this catalog, where there is one'))
    .action((type: string, component: string, version: string | undefined, options: StartOptions) => answering((session) => start(session, type, component, { ...options, ...(version !== undefined && { version }) })));
}

/** Starts the workflow under a passing id; it computes its real one and hands over to it. */
async function start(session: CommandSession, type: string, component: string, options: StartOptions): Promise<Answer> {
  const input = inputOf(component, options);
  const known = await localComponents(options.catalog);
  if (known && !known.includes(component)) throw new Failure(2, unknownName('component', component, known));

  const server = await session.server();
  const handle = await server.client.workflow.start(type, {
    taskQueue: options.taskQueue,
    workflowId: passingId(`start/${type}/${component}`),
    args: [input],
    staticSummary: `${type} of ${component}`,
  });
  note(session, `started ${handle.workflowId} ${server.link(handle.workflowId) ?? ''}`);
  if (!(await polled(server, options.taskQueue))) {
    note(session, `no worker polls the task queue "${options.taskQueue}" at ${server.address}: it goes on as soon as one does`);
  }

  const outcome: Outcome = await handle.result();
  if (outcome.kind !== 'handedOver') return concluded(handle, server.link(handle.workflowId));
  const release = server.client.workflow.getHandle(outcome.to);
  if (options.wait) return watch(session, server, release, { until: 'ended' });
  const link = server.link(release.workflowId);
  return { exit: 0, text: [`release ${release.workflowId}`, ...(link ? [link] : [])].join('\n'), json: { release: release.workflowId, link } };
}

function inputOf(component: string, { input = '{}', version, sha, by, reason }: StartOptions): object {
  let more: unknown;
  try {
    more = JSON.parse(input);
  } catch {
    more = undefined;
  }
  if (typeof more !== 'object' || more === null || Array.isArray(more)) {
    throw new Failure(2, `--input must be one JSON object such as '{"reason":"hotfix"}', not ${input}`);
  }
  return { ...more, component, ...(version !== undefined && { version }), ...(sha !== undefined && { sha }), ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}

function note({ terminal, as }: CommandSession, line: string): void {
  if (as === 'text') terminal.stderr.write(`${line.trimEnd()}\n`);
}
