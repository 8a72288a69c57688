import { log } from '@temporalio/activity';
import { shortSha } from '../../domain/code/commit.ts';
import type { Summons, WantedRange } from '../../domain/people/call.ts';
import type { NewMessage } from '../../ports/chat/chat.ts';
import type { Ports } from '../../ports/ports.ts';
import { containment } from '../environments/containment.ts';
import { readContents } from '../environments/contents.ts';

export type CallPorts = Pick<Ports, 'catalog' | 'forge' | 'environments' | 'pageOf'>;

/** What people need who are wanted: who they are in the chat, what comes to the environment, where to click, and what to type. */
export function createCalls(ports: CallPorts) {
  const { catalog, forge, pageOf } = ports;
  const { versionThere } = readContents(ports);
  const { comesAfter } = containment(forge);

  /** Never fails: what can't be found out is left out, or said to be so. */
  async function written({ release, whom, links, ways, range }: Summons, channel: string, text: string): Promise<Pick<NewMessage, 'text' | 'mentions'>> {
    const people = await catalog.read().then((read) => read.people, () => ({}) as Readonly<Record<string, string>>);
    const wanted = whom.length > 0 ? whom : [channel];
    const mentions = wanted.flatMap((one) => (Object.hasOwn(people, one) ? [people[one]!] : []));
    const page = pageOf(release);
    const lines = [
      text,
      ...(whom.length > 0 ? [`Wanted: ${whom.join(', ')}`] : []),
      ...(range ? [await told(range)] : []),
      ...[`Release: ${page ?? release}`, ...links],
      ...(ways.length > 0 ? ['What to type:', ...ways.map((way) => `  ${way}`)] : []),
    ];
    return { text: lines.join('\n'), ...(mentions.length > 0 && { mentions }) };
  }

  async function told(range: WantedRange): Promise<string> {
    try {
      return await compare(range);
    } catch (failure) {
      log.warn('what an environment would get could not be told', { failure });
      return `What ${range.environment} runs now can't be told`;
    }
  }

  async function compare({ environment, component, candidate, source, deployedFrom, since }: WantedRange): Promise<string> {
    const from = since ?? (await versionThere(component, { environment, repository: deployedFrom }));
    if (from === undefined || from === 'nothing') return `Nothing is known to run in ${environment}`;
    if (from === candidate) return `${environment} runs ${shortSha(candidate)} already`;
    const { commits, total, diverged } = await forge.commits.range(source, from, candidate);
    const compareUrl = commits[0]?.url.replace(/\/commit\/[0-9a-f]+$/, `/compare/${from}...${candidate}`);
    const goesBack = diverged && !(await comesAfter(source, from, candidate)) ? ', which does not contain what runs there' : '';
    return `${environment} runs ${shortSha(from)}, and would get ${total} commit${total === 1 ? '' : 's'}${goesBack}${compareUrl ? `: ${compareUrl}` : ''}`;
  }

  return { written };
}
