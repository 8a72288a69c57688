import { parseArgs } from 'node:util';
import { openCompany } from './demonstrations/company.ts';
import type { Company } from './demonstrations/company.ts';
import { rollOutEndToEnd } from './demonstrations/flag-demonstration.ts';
import { releaseSchemasEndToEnd } from './demonstrations/schema-demonstration.ts';
import { shown, slipway } from './demonstrations/slipway.ts';
import { send } from './control/world-control.ts';

const usage = `npm start [-- [release | flag | schemas] [--exit] [--seed <path to a git repository>]]

Starts Slipway with a whole world around it on this machine, and carries a release of Gitaly through all its stages.
  flag           roll a feature flag out instead
  schemas        release database schemas instead: once with a build that fails, once with one that passes
  --exit         stop when the release has ended; exit code 0 only if it was released (the default without a terminal)
  --seed <path>  release the history of this git repository instead of a made-up one`;

const shows = {
  release: releaseEndToEnd,
  flag: (company: Company) => rollOutEndToEnd(company, say),
  schemas: (company: Company) => releaseSchemasEndToEnd(company, say),
} as const;

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const stay = !options.exit && process.stdout.isTTY;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

  const company = await openCompany({ seed: options.seed, scenario: options.show === 'schemas' ? 'sourcegraph' : 'gitaly', announce: say });
  try {
    const ended = await Promise.race([shows[options.show](company), stopped.then(() => 130)]);
    if (!stay || ended !== 0) return ended;
    if (options.show === 'schemas') say('\nCtrl-C stops everything.');
    else await leaveOneWaiting(company);
    await stopped;
    return 0;
  } finally {
    say('\nStopping …');
    await company.close();
  }
}

/** @returns the options, or the exit code where there is nothing to start */
function readOptions(): { readonly show: keyof typeof shows; readonly exit: boolean; readonly seed: string | undefined } | number {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { exit: { type: 'boolean', default: false }, seed: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
    const [show = 'release', ...more] = positionals;
    if (!isShow(show) || more.length > 0) throw new Error(`there is no demonstration "${positionals.join(' ')}". Known: ${Object.keys(shows).join(', ')}`);
    if (!values.help) return { show, exit: values.exit, seed: values.seed };
    say(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
}

function isShow(name: string): name is keyof typeof shows {
  return Object.hasOwn(shows, name);
}

async function releaseEndToEnd({ env }: Company): Promise<number> {
  say('\nA release of gitaly, from its newest green commit to production:\n');
  const { release } = (await slipway(['start', 'componentRelease', 'gitaly'], env)) as { release: string };
  const approving = approveWhenAsked(release, env);
  const code = await shown(['watch', release], env);
  await approving;
  return code;
}

/** Plays the operator of the first release: approves production as soon as somebody is waited for. */
async function approveWhenAsked(release: string, env: Company['env']): Promise<void> {
  const { waitingFor } = (await slipway(['watch', release, '--until-waiting'], env).catch(() => ({}))) as { waitingFor?: { whom?: readonly string[] } };
  if (waitingFor?.whom) await slipway(['approve', release, '--stage', 'production', '--by', 'you', '--reason', 'the demonstration goes on'], env);
}

async function leaveOneWaiting({ env, world, uiUrl, consoleUrl }: Company): Promise<void> {
  const commit = { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'CHANGELOG.md': 'One more change\n' }, message: 'One more change' };
  const { sha } = await send<{ sha: string }>(`${world.url}/control/commit`, commit);
  say('\nAnother commit was merged, and is released as well. This release is yours:\n');
  const { release, link } = (await slipway(['start', 'componentRelease', 'gitaly', '--sha', sha], env)) as { release: string; link: string };
  await shown(['watch', release, '--until-waiting'], env);
  say(
    [
      '',
      `See what is where:      ${consoleUrl}`,
      `Approve it there by a button, or in the UI: ${link}`,
      '                        (Workflow Actions → Send a Signal → approve; the JSON to send is under Current Details)',
      `Or in another terminal: TEMPORAL_ADDRESS=${env.TEMPORAL_ADDRESS} npm run slipway -- approve gitaly --stage production --by you`,
      `Start one from the UI:  ${uiUrl}/namespaces/default/workflows/start-workflow?taskQueue=slipway&workflowType=componentRelease`,
      '                        with the input {"component":"gitaly"}',
      '',
      'Ctrl-C stops everything.',
    ].join('\n'),
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
