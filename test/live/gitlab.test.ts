import { test } from 'vitest';
import { connectGitLab } from '../../ports/flags/gitlab.ts';
import { describeFlagBackend } from '../ports/flags/contract.ts';
import { mark, required } from './environment.ts';

const url = process.env['SLIPWAY_LIVE_GITLAB_URL'];
const prefix = mark.replaceAll('-', '_');

if (url) await holdToContract(url);
else test.skip('GitLab was not run: SLIPWAY_LIVE_GITLAB_URL names none');

async function holdToContract(address: string): Promise<void> {
  const half = { otherHalf: 'test/live/github.test.ts test/live/gcs.test.ts' };
  const admin = required('SLIPWAY_LIVE_GITLAB_TOKEN', "an administrator's token with the scope api", half);
  const reader = required('SLIPWAY_LIVE_GITLAB_READER_TOKEN', "a token of somebody who is no administrator", half);
  const user = required('SLIPWAY_LIVE_GITLAB_USER', 'the login of anybody, for whom a flag is turned on', half);
  const tokens = { admin, reader, nobody: 'token-of-nobody' };
  const flags = connectGitLab({ url: address, token: admin });

  /** What 100 means differs by GitLab's version. */
  async function hundredBecomes(): Promise<100 | true> {
    const became = await flags.set({ flag: `${prefix}_hundred`, from: 'unset', to: 100 });
    return became === true ? true : 100;
  }

  describeFlagBackend(
    `GitLab at ${address}`,
    async () => ({
      url: address,
      prefix,
      connect: ({ url, as }) => connectGitLab({ url, token: tokens[as] }),
      async turnOnForUser(flag) {
        const answer = await fetch(`${address}/api/v4/features/${flag}`, { method: 'POST', headers: { 'private-token': admin }, body: new URLSearchParams({ value: 'true', user }) });
        if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      },
      async close() {
        for (const { name } of await flags.list(prefix)) {
          await fetch(`${address}/api/v4/features/${name}`, { method: 'DELETE', headers: { 'private-token': admin } });
        }
      },
    }),
    { hundredBecomes: await hundredBecomes(), unsetBecomes: 'unset' },
  );
}
