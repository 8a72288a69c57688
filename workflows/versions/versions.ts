import { setCurrentDetails } from '@temporalio/workflow';
import { parseInput } from '../../domain/text/input.ts';
import type { VersionLines } from '../../domain/versions/lines.ts';
import { toldLines } from '../../domain/versions/lines.ts';
import { productRequest, productRequestExample } from '../../domain/versions/request.ts';
import type { ProductRequest } from '../../domain/versions/request.ts';
import { requested } from '../release/beginning.ts';
import { unpaced } from '../release/work.ts';

/** Tells how a component's versions stand: its lines, their newest tags, what production runs, and what is owed. Changes nothing. Input: `{ "component": "gitaly" }`. */
export async function versions(input?: ProductRequest): Promise<VersionLines> {
  const request = requested(parseInput(productRequest, input, productRequestExample));
  const found = await unpaced.listVersions(request, `look at the versions of ${request.component}`);
  const { rows, text } = toldLines(found);
  setCurrentDetails([...rows.slice(1).map((cells) => cells.filter(Boolean).join(', ')), ...text].map((line) => `- ${line}`).join('\n'));
  return found;
}
