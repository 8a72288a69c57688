import { setHandler } from '@temporalio/workflow';
import type { Sha } from '../domain/candidate.ts';
import { offer } from '../domain/decision.ts';
import { parseInput } from '../domain/input.ts';
import { candidate } from './messages.ts';
import type { StatusKeeper } from './status.ts';

export type Offers = ReturnType<typeof openOffers>;

/** Receives newer candidates. Only the newest offer counts; what it is worth is looked at when it is taken up. */
export function openOffers(status: StatusKeeper) {
  const example = { sha: '0'.repeat(40) };
  let newest: Sha | undefined;

  setHandler(
    candidate,
    (input) => {
      const parsed = parseInput(offer, input, example);
      if (parsed.kind === 'valid') newest = parsed.value.sha;
      else status.refused(candidate.name, parsed.message);
    },
    { description: `Offers a newer commit to a release whose pull request is not merged. For example ${JSON.stringify(example)}` },
  );

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
