import { setTimeout as sleep } from 'node:timers/promises';
import type { Company } from './company.ts';
import { shown, slipway } from './slipway.ts';
import { send } from '../control/world-control.ts';

const flag = 'gitaly_go_user_delete_tag';
/** The step that is made to fail. */
const troubled = '25 %';

interface Status {
  readonly state: string;
  readonly outcome?: string;
  readonly stages: readonly { readonly name: string; readonly mark: string }[];
}

/** Rolls a feature flag out before the operator's eyes: production gets unhealthy at 25 %, and is taken one step back. */
export async function rollOutEndToEnd({ env, world }: Company, say: (text: string) => void): Promise<number> {
  say(`\nA rollout of the flag ${flag}, from staging to everybody; production will get unhealthy on the way:\n`);
  await send(`${world.url}/control/deployed`, { environment: 'production' });
  const input = JSON.stringify({ flag, commit: await deployedCommit(world), reason: 'a demonstration' });
  const { release } = (await slipway(['start', 'featureFlagRollout', 'gitaly', '--input', input], env)) as { release: string };
  const played = playPeople(release, { env, world });
  const code = await shown(['watch', release], env);
  await played;
  await shown(['flags', 'list', 'gitaly'], env);
  return code;
}

/** Plays the tester on staging, and the operator when the step has failed. */
async function playPeople(release: string, { env, world }: Pick<Company, 'env' | 'world'>): Promise<void> {
  const until = async (holds: (status: Status) => boolean) => {
    for (;;) {
      const status = (await slipway(['status', release], env).catch(() => undefined)) as Status | undefined;
      if (status?.outcome !== undefined || (status && holds(status))) return;
      await sleep(300);
    }
  };
  const health = (state: string) => send(`${world.url}/control/health`, { environment: 'production', state });
  const say = (...words: readonly string[]) => slipway([words[0]!, release, '--by', 'you', ...words.slice(1)], env);

  await until(({ state }) => state === 'testing');
  await say('tested', '--note', 'deleted a tag');
  await until(({ stages }) => stages.some(({ name, mark }) => name === troubled && mark === 'soaking'));
  await health('unhealthy');
  await until(({ state }) => state === 'held');
  await health('healthy');
  await say('resume', '--reason', 'the errors had another cause');
}

/** The commit of Gitaly that GitLab's default branch pins. */
async function deployedCommit({ url }: Company['world']): Promise<string> {
  const response = await fetch(`${url}/api/v3/repos/gitlab-org/gitlab/contents/GITALY_SERVER_VERSION`, {
    headers: { authorization: 'Bearer bot-token', accept: 'application/vnd.github.raw+json' },
  });
  return (await response.text()).trim();
}
