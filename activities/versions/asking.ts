import type { Sha } from '../../domain/code/commit.ts';
import { markedKey } from '../../domain/code/marker.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { OwedChange } from '../../domain/versions/owed-change.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { proposals } from '../changes/proposals.ts';

/** Asks people, by a pull request, for what could not be pushed. */
export function asking(ports: Pick<Ports, 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { git } = ports;
  const { propose } = proposals(ports);

  /** Undefined where there is nothing to ask for. @param start the commit that its branch is to begin at; `at`: where that is already */
  async function ask(repository: Repository, release: string, { head: branch, base: into, title, body: text }: OwedChange, start: (at: Sha | undefined) => Promise<Sha | undefined>): Promise<{ readonly number: number; readonly url: string } | undefined> {
    const pick = async (listed: readonly PullRequest[]) => listed.find(({ body, state }) => state !== 'closed' && markedKey(body) === markedKey(text));
    const at = async () => (await git.refs(repository)).branches[branch];
    const answer = await propose<{ readonly kind: 'nothing' }>(
      { repository, branch, into, title, labels: [], release, pick, replaces: ({ id }) => id === release },
      { commit: async () => (await start(await at())) ?? { kind: 'nothing' }, body: async () => text, begin },
    );
    return 'pull' in answer ? { number: answer.pull.number, url: answer.pull.url } : undefined;

    async function begin(to: Sha): Promise<void> {
      if ((await at()) === to) return;
      const pushed = await git.push(repository, [{ ref: { branch }, to }]);
      if (pushed.kind === 'refused') throw neverRetry('PermissionDenied', `${repository} does not take the branch ${branch}: ${pushed.reason}`);
      if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${branch} of ${repository} has come into being meanwhile`);
    }
  }

  return { ask };
}
