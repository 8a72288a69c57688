import { activityInfo, log } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ChatMessage, NewMessage } from '../../ports/chat/chat.ts';
import type { Ports } from '../../ports/ports.ts';
import { spoken } from '../../domain/text/spoken.ts';
import { effect } from '../effect.ts';
import { ageMs } from '../server-time.ts';

/** What those who own a component have to know. */
export interface Alarm {
  readonly component: string;
  /** Names it, so that it is told once. */
  readonly key: string;
  readonly text: string;
}

type AlarmPorts = Pick<Ports, 'channels' | 'chat' | 'readLagMs'>;

/** How long services may fail before a plan is agreed until people are told, in ms: until then nothing but this activity knows of it. */
const patienceMs = 5 * 60_000;

export function createAlarms({ channels, chat, readLagMs }: AlarmPorts) {
  /** Posts a message, or brings the one with this key up to date. */
  async function say(message: NewMessage): Promise<ChatMessage> {
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

  /**
   * An activity by which something begins: before it has answered there is no release yet that could tell people of trouble. What fails for so
   * long is told once, whether it is tried again or not.
   */
  function watched<Request extends { readonly component: string; readonly dryRun?: boolean | undefined }, Answer>(act: (request: Request) => Promise<Answer>): (request: Request) => Promise<Answer> {
    return async (request) => {
      try {
        return await act(request);
      } catch (failure) {
        await tell(request, failure).catch((untold: unknown) => log.warn('people could not be told', { failure: untold }));
        throw failure;
      }
    };
  }

  async function tell({ component, dryRun }: { readonly component: string; readonly dryRun?: boolean | undefined }, failure: unknown): Promise<void> {
    const { scheduledTimestampMs, workflowExecution } = activityInfo();
    const lasting = ageMs();
    if (dryRun || lasting < patienceMs || isExpected(failure)) return;
    const id = workflowExecution?.workflowId ?? component;
    const text = `${component}: ${id} can't begin for ${spoken(lasting)}, and tries again: ${failure instanceof Error ? failure.message : String(failure)}`;
    await raise({ component, key: `${id} since ${new Date(scheduledTimestampMs).toISOString()}/trouble`, text });
  }

  return { say, raise, watched };
}

/** It waits, or it ends, and then whoever began it tells. */
function isExpected(failure: unknown): boolean {
  return failure instanceof ApplicationFailure && (failure.category === ApplicationFailureCategory.BENIGN || failure.nonRetryable === true);
}
