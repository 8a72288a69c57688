import { condition } from '@temporalio/workflow';
import { yourLogin } from '../../domain/people/person.ts';
import type { Confirmation } from '../../domain/people/decision.ts';
import { confirmation as confirmationSchema } from '../../domain/people/decision.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { receive } from '../release/inbox.ts';
import type { StatusKeeper } from '../release/status.ts';
import { confirm } from './messages.ts';

/** What somebody has to say is so, or should be. */
export interface Confirmable {
  /** Names it in the message: "overwrite". */
  readonly item: string;
  /** Who may; anybody, if nobody is named. */
  readonly by?: readonly string[] | undefined;
}

/** What may be confirmed for a while, and counts at once. */
export interface ConfirmationRule {
  /** Why this one can't be accepted; undefined if it can. */
  refusal(confirmation: Confirmation): string | undefined;
  accept(confirmation: Confirmation): void;
}

export type Confirmations = ReturnType<typeof openConfirmations>;

/** Receives `confirm`. What nobody has asked for is refused, lest it be kept for later. */
export function openConfirmations(status: StatusKeeper) {
  const asked = new Map<string, Confirmable>();
  const given = new Map<string, Confirmation>();
  let rule: ConfirmationRule | undefined;

  receive(confirm, status, {
    schema: confirmationSchema,
    example: { item: 'overwrite', by: yourLogin, text: 'OVERWRITE' },
    about: 'Confirms what the release asks for, with the word that it wants to be typed, if it wants one',
    refusal(confirmation) {
      const { item, by } = confirmation;
      if (rule && !asked.has(item)) return rule.refusal(confirmation);
      if (asked.size === 0) return 'nothing is to be confirmed now';
      const confirmable = asked.get(item);
      if (!confirmable) return unknownName('item', item, [...asked.keys()]);
      return confirmable.by && !confirmable.by.includes(by) ? `only ${confirmable.by.join(', ')} may confirm ${item}` : undefined;
    },
    accept(confirmation) {
      const { item, by, text } = confirmation;
      if (asked.delete(item)) given.set(item, confirmation);
      else rule!.accept(confirmation);
      status.record({ message: `confirm ${item}`, by, ...(text !== undefined && { reason: text }) });
    },
  });

  return {
    /** For as long as `body` takes, whatever the rule takes is accepted. */
    async during<T>(taken: ConfirmationRule, body: () => Promise<T>): Promise<T> {
      rule = taken;
      try {
        return await body();
      } finally {
        rule = undefined;
      }
    },
    /** Waits until one of those who may has confirmed it; several items may be open at once. What the text means is for the asker to judge. */
    async receive(confirmable: Confirmable): Promise<Confirmation> {
      const { item } = confirmable;
      given.delete(item);
      asked.set(item, confirmable);
      try {
        await condition(() => given.has(item));
        return given.get(item)!;
      } finally {
        asked.delete(item);
      }
    },
  };
}
