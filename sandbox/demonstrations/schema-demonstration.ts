import type { Company } from './company.ts';
import { shown, slipway } from './slipway.ts';
import { send } from '../control/world-control.ts';

const version = 'v5.3.4444';
const branch = { repository: 'sourcegraph/sourcegraph', branch: `schemas/${version}` };

/** Releases the schemas of a version before the operator's eyes: first with a build that fails, which leaves no trace, then with one that passes. */
export async function releaseSchemasEndToEnd(company: Company, say: (text: string) => void): Promise<number> {
  const before = await objectsOf(company);
  say(`\nThe bucket holds ${before.length} files. A release of the schemas of ${version}, whose build will fail:\n`);
  await send(`${company.world.url}/control/ci`, { ...branch, verdict: 'red' });
  const refused = await release(company);
  say('\nWhat it made was taken back:\n');
  await shown(['status', `schemas/migrator/${version}`], company.env);
  const after = await objectsOf(company);
  say(`\nThe bucket holds what it held before: ${JSON.stringify(after) === JSON.stringify(before) ? 'yes' : 'NO'}. Now the same version again, with a build that passes:\n`);

  await send(`${company.world.url}/control/ci`, { ...branch, verdict: 'green' });
  const released = await release(company);
  const added = (await objectsOf(company)).filter((name) => !before.includes(name));
  say(`\nThe bucket has gained:\n${added.map((name) => `  ${name}`).join('\n')}`);
  const asTold = refused !== 0 && JSON.stringify(after) === JSON.stringify(before) && added.length > 1;
  return asTold ? released : 1;
}

async function release({ env }: Company): Promise<number> {
  const input = JSON.stringify({ version, action: 'inject-current-schemas' });
  const { release } = (await slipway(['start', 'schemaRelease', 'migrator', '--input', input], env)) as { release: string };
  return shown(['watch', release], env);
}

async function objectsOf({ world }: Company): Promise<readonly string[]> {
  const { objects } = (await (await fetch(`${world.url}/control/snapshot`)).json()) as { objects: object };
  return Object.keys(objects);
}
