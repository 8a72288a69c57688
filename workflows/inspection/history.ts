import type { History, HistoryRequest } from '../../domain/inspection/history-request.ts';
import { historyRequest, historyRequestExample } from '../../domain/inspection/history-request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { unpaced } from '../release/work.ts';
import { requested } from '../release/beginning.ts';

/** Tells what became of the newest releases, by their records. Input: `{ "component": "gitaly" }`, or nothing. Changes nothing. */
export async function history(input: HistoryRequest = {}): Promise<History> {
  return unpaced.pastReleases(requested(parseInput(historyRequest, input, historyRequestExample)), 'read the records');
}
