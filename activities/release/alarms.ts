import type { ChatMessage, NewMessage } from '../../ports/chat/chat.ts';
import type { Ports } from '../../ports/ports.ts';
import { cut } from '../../domain/text/short-text.ts';
import { effect } from '../effect.ts';

/** What those who own a component have to know. */
export interface Alarm {
  readonly component: string;
  /** Names it, so that it is told once. */
  readonly key: string;
  readonly text: string;
}

/** Longest message, in characters: Slack takes 40,000 once each of them that means something to it is written as five. */
export const longestMessage = 7_500;

type AlarmPorts = Pick<Ports, 'channels' | 'chat' | 'readLagMs'>;

export function createAlarms({ channels, chat, readLagMs }: AlarmPorts) {
  /** Posts a message, or brings the one with this key up to date. */
  async function say(given: NewMessage): Promise<ChatMessage> {
    const message = { ...given, text: cut(given.text, longestMessage) };
    const { channel, key, text, thread } = message;
    const said = await effect({
      key: `message ${channel} ${key}`,
      lagMs: readLagMs,
      probe: () => chat.find(channel, key, thread),
      act: () => chat.post(message),
    });
    if (said.text !== text) await chat.update(channel, said.id, message);
    return said;
  }

  /** Tells the team of a component, if it is known who that is: also while the catalog has mistakes. */
  async function raise({ component, key, text }: Alarm): Promise<void> {
    const known = await channels.of(component);
    if (known) await say({ channel: known.team, key, text });
  }

  return { say, raise };
}
