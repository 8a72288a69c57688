import { expect, it } from 'vitest';
import { createDeployedCode } from '../../../activities/environments/deployed-code.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { Ports } from '../../../ports/ports.ts';
import { newRepository } from '../../ports/git/repositories.ts';
import { gitForge } from '../git-forge.ts';

it('finds code where it is, also by a pick that a stable branch has, and names what is missing elsewhere', async () => {
  const gitaly = newRepository();
  const base = gitaly.commit('Begin');
  const flag = gitaly.commit('Add the flag');
  gitaly.git('checkout', '--quiet', '-b', '12-9-stable', base);
  const before = gitaly.commit('Update version to 12.9.0');
  const picked = gitaly.commit(`Add the flag\n\n(cherry picked from commit ${flag})`);
  const answer = async (at: Sha) => {
    const forge = { ...gitForge({ 'org/gitaly': gitaly }), deployments: { current: async () => ({ sha: at, at: '2026-01-01T00:00:00Z' }) } } as unknown as Forge;
    const environments = { record: async () => undefined } as Partial<Ports['environments']> as Ports['environments'];
    const { deployedCode } = createDeployedCode({ forge, environments });
    return deployedCode({ component: 'gitaly', source: 'org/gitaly', environment: 'production', deployed: { kind: 'deployment' }, commit: flag });
  };
  expect(await answer(flag)).toEqual({ kind: 'deployed', at: flag });
  expect(await answer(picked)).toEqual({ kind: 'deployed', at: picked });
  expect(await answer(before)).toMatchObject({ kind: 'undeployed', at: before, total: 1, missing: [{ sha: flag }] });
});
