import type { History, HistoryRequest } from '../../domain/inspection/history-request.ts';
import { historyRequest, historyRequestExample } from '../../domain/inspection/history-request.ts';
import { parseInput } from '../../domain/text/input.ts';
import { planning } from '../release/work.ts';
import { requested } from '../release/requested.ts';

/** Tells what became of the newest releases, by their records. Input: `{ "component": "gitaly" }`, or nothing. Changes nothing. */
export async function history(input: HistoryRequest = {}): Promise<History> {
  return planning.pastReleases(requested(parseInput(historyRequest, input, historyRequestExample)));
}
