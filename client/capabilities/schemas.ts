import type { Command } from 'commander';
import type { ArchiveContents } from '../../domain/schemas/contents.ts';
import { toldChanges } from '../../domain/schemas/contents.ts';
import type { Answer } from '../terminal/answer.ts';
import { ask } from '../terminal/ask.ts';
import { taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { table } from '../terminal/table.ts';

export function addSchemas(program: Command, answering: Answering): void {
  program
    .command('schemas')
    .description("list what is in the tarball of a version's database schemas, and what has changed since the one before")
    .argument('<component>', 'its name in the catalog')
    .argument('<version>', 'such as v5.3.4444')
    .addOption(taskQueueOption())
    .action((component: string, version: string, { taskQueue }: { taskQueue: string }) => answering((session) => list(session, { component, version, taskQueue })));
}

async function list(session: CommandSession, { component, version, taskQueue }: { readonly component: string; readonly version: string; readonly taskQueue: string }): Promise<Answer> {
  const found = await ask<ArchiveContents>(session, { type: 'schemaArchive', about: `${component}/${version}`, input: { component, version }, taskQueue });
  return { exit: found.kind === 'absent' ? 1 : 0, text: contentsText(found), json: found };
}

export function contentsText(found: ArchiveContents): string {
  if (found.kind === 'absent') return `there is no ${found.archive}`;
  const { archive, url, size, sha256, by, schemas, more, changes } = found;
  const versions = new Set(schemas.flatMap(({ version }) => version ?? [])).size;
  const rows = schemas.map(({ name, version = '', part, size, sha256 }) => [version, part === undefined ? name : `schema${part}.json`, String(size), sha256]);
  return [
    `${archive}: ${schemas.length + (more ?? 0)} files of ${versions} versions, ${size} bytes, sha256 ${sha256}`,
    url,
    by === undefined ? 'made by hand' : `made by ${by}`,
    ...(changes ? [`${toldChanges(changes)}${changes.changed.length > 0 ? `; changed: ${changes.changed.join(', ')}` : ''}`] : ['there is none before it to compare it with']),
    '',
    ...table([['version', 'schema', 'bytes', 'sha256'], ...rows]),
    ...(more === undefined ? [] : [`and ${more} more`]),
  ].join('\n');
}
