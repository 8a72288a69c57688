import type { Sha } from '../../domain/code/commit.ts';
import { asSha } from '../../domain/code/commit.ts';
import { offer } from '../../domain/people/decision.ts';
import { hear } from '../release/inbox.ts';
import { candidate } from './messages.ts';
import type { StatusKeeper } from '../release/status.ts';

export type Offers = ReturnType<typeof openOffers>;

/** Receives newer candidates. Only the newest offer counts; what it is worth is looked at when it is taken up. */
export function openOffers(status: StatusKeeper) {
  let newest: Sha | undefined;

  hear(candidate, status, {
    schema: offer,
    example: { sha: asSha('0'.repeat(40)) },
    about: 'Offers a newer commit to a release whose pull request is not merged',
    accept: ({ sha }) => void (newest = sha),
  });

  return {
    newest: () => newest,
    /** Hands out the newest offer, once. */
    take(): Sha | undefined {
      const taken = newest;
      newest = undefined;
      return taken;
    },
  };
}
