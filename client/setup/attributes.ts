import type { Command } from 'commander';
import { searchAttributes } from '../../domain/release/search-attributes.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

export function addAttributes(program: Command, answering: Answering): void {
  program
    .command('attributes')
    .description("register Slipway's search attributes in the namespace; those that are there stay as they are")
    .action(() => answering(register));
}

/** Temporal's number for the type Keyword. */
const keyword = 2;

async function register({ server }: CommandSession): Promise<Answer> {
  const { client, namespace } = await server();
  const { operatorService } = client.connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const wrong = searchAttributes.filter((name) => (customAttributes[name] ?? keyword) !== keyword);
  if (wrong.length > 0) throw new Failure(1, `registered with another type than Keyword: ${wrong.join(', ')}. Remove and add them again, or use another namespace`);

  const added = searchAttributes.filter((name) => !(name in customAttributes));
  if (added.length > 0) await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(added.map((name) => [name, keyword])) });
  return {
    exit: 0,
    text: added.length > 0 ? `Added to namespace ${namespace}: ${added.join(', ')}` : `Namespace ${namespace} has all of them: ${searchAttributes.join(', ')}`,
    json: { namespace, added, present: searchAttributes.filter((name) => !added.includes(name)) },
  };
}
