import type { History, HistoryRequest } from '../domain/history-request.ts';
import { historyRequest, historyRequestExample } from '../domain/history-request.ts';
import { parseInput } from '../domain/input.ts';
import { planning } from './activities.ts';
import { requested } from './requested.ts';

/** Tells what became of the newest releases, by their records. Input: `{ "component": "gitaly" }`, or nothing. Changes nothing. */
export async function history(input: HistoryRequest = {}): Promise<History> {
  return planning.pastReleases(requested(parseInput(historyRequest, input, historyRequestExample)));
}
