import { parseInput } from '../../domain/text/input.ts';
import type { ArchiveContents } from '../../domain/schemas/contents.ts';
import type { ContentsRequest } from '../../domain/schemas/request.ts';
import { contentsRequest, contentsRequestExample } from '../../domain/schemas/request.ts';
import { requested } from '../release/beginning.ts';
import { unpaced } from '../release/work.ts';

/** Tells what the tarball of a version's database schemas holds, and what has changed since the one before. Changes nothing. Input: `{ "component": "migrator", "version": "v5.3.4444" }`. */
export async function schemaArchive(input?: ContentsRequest): Promise<ArchiveContents> {
  const request = requested(parseInput(contentsRequest, input, contentsRequestExample));
  return unpaced.listSchemaArchive(request, `list the tarball of ${request.version}`);
}
