import { setCurrentDetails } from '@temporalio/workflow';
import { parseInput } from '../../domain/text/input.ts';
import type { WhereRequest } from '../../domain/inspection/where-request.ts';
import { whereRequest, whereRequestExample } from '../../domain/inspection/where-request.ts';
import type { Whereabouts } from '../../domain/inspection/whereabouts.ts';
import { toldWhereabouts } from '../../domain/inspection/whereabouts.ts';
import { unpaced } from '../release/work.ts';
import { requested } from '../release/beginning.ts';

/** Tells how far a change has come, and who can help it on. Changes nothing. Input: `{ "component": "gitaly", "pullRequest": 3371 }`, or with `"sha"`. */
export async function where(input?: WhereRequest): Promise<Whereabouts> {
  const request = requested(parseInput(whereRequest, input, whereRequestExample));
  const found = await unpaced.whereabouts(request, `look for ${request.sha ?? `#${request.pullRequest}`}`);
  setCurrentDetails(toldWhereabouts(found).map((line) => `- ${line}`).join('\n'));
  return found;
}
