import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { project } from '../../sandbox/parts/build.mjs';
import { startSandbox } from '../servers.ts';
import { trialOf } from './calamities.ts';
import type { Trial } from './calamities.ts';
import { undergo } from './trial.ts';

/** `npm run test:chaos -- --seed N --minutes M [--lanes 2] [--replay file]`: exits with 0 when the world was right after every trial. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: String(Date.now() % 1_000_000) }, minutes: { type: 'string', default: '3' }, lanes: { type: 'string', default: '2' }, replay: { type: 'string' } },
});
const [seed, minutes, lanes] = [Number(values.seed), Number(values.minutes), Number(values.lanes)];
if (!Number.isSafeInteger(seed) || !(minutes > 0) || !(lanes > 0)) throw new Error('--seed is a whole number; --minutes and --lanes are more than 0');
const given = values.replay === undefined ? undefined : (JSON.parse(readFileSync(values.replay, 'utf8')) as Trial);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const sandbox = await startSandbox({ validated: false });
const until = Date.now() + minutes * 60_000;
const sums = { trials: 0, releases: 0, kills: 0, freezes: 0, others: 0, differences: 0 };
let next = seed;
try {
  console.log(given ? `replays ${values.replay}` : `seed ${seed}, ${minutes} min`);
  if (given) await hold(given);
  else await Promise.all(Array.from({ length: lanes }, goOn));
} finally {
  await sandbox.stop();
}
const { trials, releases, kills, freezes, others, differences } = sums;
console.log(`${trials} trials, ${releases} releases, ${kills} kills, ${freezes} freezes, ${others} spoilt answers, ${differences} differences`);
process.exit(differences === 0 ? 0 : 1);

/** One trial after another, while there is time: at least one. */
async function goOn(): Promise<void> {
  do await hold(trialOf(next++));
  while (!interrupted.signal.aborted && Date.now() < until);
}

async function hold(trial: Trial): Promise<void> {
  const began = Date.now();
  const went = await undergo(sandbox.url, trial, interrupted.signal);
  if (interrupted.signal.aborted) return;
  const count = (...kinds: readonly string[]) => went.struck.filter(({ kind }) => kinds.includes(kind)).length;
  sums.trials++;
  sums.releases += went.outcomes.length;
  sums.kills += count('kill', 'server');
  sums.freezes += count('freeze', 'freezeSending');
  sums.others += count('answer');
  console.log(`${went.faults.length === 0 ? 'right' : 'WRONG'}  seed ${trial.seed}, ${trial.scene} (${went.outcomes.join(', ')}), ${Math.round((Date.now() - began) / 1_000)} s, clocks ${trial.skewsMs.join(' and ')} ms off: ${went.struck.map(told).join(', ')}`);
  if (went.faults.length === 0) return;
  sums.differences++;
  for (const fault of went.faults) console.log(`       ${fault}`);
  console.log(`       to be had again by --replay ${keep(trial)}`);
}

function told(calamity: Trial['calamities'][number]): string {
  const at = `${(calamity.atMs / 1_000).toFixed(1)} s`;
  if (calamity.kind !== 'answer') return `${at} ${calamity.kind}${'worker' in calamity ? ` ${calamity.worker}` : ''}${'forMs' in calamity ? ` for ${calamity.forMs} ms` : ''}`;
  const { kind, ...details } = calamity.action;
  return `${at} ${calamity.route} ${kind} ${'status' in details ? `${String(details['status'])} ${'body' in details ? 'spoilt' : ''}`.trim() : Object.values(details).map((value) => JSON.stringify(value)).join(' ')}`;
}

function keep(trial: Trial): string {
  const folder = join(project, '.slipway');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `chaos-${trial.seed}.json`);
  writeFileSync(file, JSON.stringify(trial, undefined, 2));
  return file;
}
