import { connectGitLab } from '../../activities/flags/gitlab.ts';
import { startSandbox } from '../servers.ts';
import { describeFlagBackend } from './flags-contract.ts';
import type { FlagService } from './flags-contract.ts';

const tokens = { admin: 'gitlab-admin', reader: 'gitlab-user', nobody: 'token-of-nobody' } as const;

/** The sandbox's GitLab, as it was or as it is: once 100 was a percentage, later it means `true`. */
async function open(hundred: 'percentage' | 'boolean'): Promise<FlagService> {
  const sandbox = await startSandbox({ validated: false });
  const post = async (path: string, body: object) => {
    const response = await fetch(sandbox.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  await post('/worlds', { name: 'flags', scenario: 'gitaly' });
  await post('/w/flags/control/gitlab', { hundred });
  return {
    url: `${sandbox.url}/w/flags/gitlab/production`,
    connect: ({ url, as }) => connectGitLab({ url, token: tokens[as] }),
    turnOnForUser: (name) => post('/w/flags/control/flags', { instance: 'production', name, value: true, user: 'jane' }),
    close: () => sandbox.stop(),
  };
}

describeFlagBackend('GitLab, where 100 is a percentage', () => open('percentage'), { hundredBecomes: 100, unsetBecomes: 'unset' });
describeFlagBackend('GitLab, where 100 means true', () => open('boolean'), { hundredBecomes: true, unsetBecomes: 'unset' });
