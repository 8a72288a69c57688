import { condition } from '@temporalio/workflow';
import type { Confirmation } from '../../domain/schemas/request.ts';
import { confirmation as confirmationSchema, overwriteWord } from '../../domain/schemas/request.ts';
import { receive } from '../release/inbox.ts';
import { confirm } from './messages.ts';
import type { StatusKeeper } from '../release/status.ts';

export type Confirmations = ReturnType<typeof openConfirmations>;

/** Receives `confirm`: the word that has to be typed before something is lost. One that nobody asked for is refused, lest it be kept for later. */
export function openConfirmations(status: StatusKeeper) {
  let asked: { readonly by: readonly string[] | undefined } | undefined;
  let answer: Confirmation | undefined;

  receive(confirm, status, {
    schema: confirmationSchema,
    example: { overwrite: overwriteWord, by: 'your-login' },
    about: 'Confirms that a tarball is overwritten; any other word is a no',
    refusal({ by }) {
      if (!asked) return 'nothing is to be confirmed now';
      if (asked.by && (!by || !asked.by.includes(by))) return `only ${asked.by.join(', ')} may confirm: say who you are with "by"`;
      return undefined;
    },
    accept(given) {
      [answer, asked] = [given, undefined];
      status.decided({ message: `confirm ${given.overwrite}`, by: given.by ?? 'somebody' });
    },
  });

  return {
    /** Waits for the answer of one of these people, or of anybody. */
    async confirmed(by: readonly string[] | undefined): Promise<{ readonly yes: boolean; readonly by?: string }> {
      [asked, answer] = [{ by }, undefined];
      await condition(() => answer !== undefined);
      const given = answer as Confirmation | undefined;
      return { yes: given?.overwrite === overwriteWord, ...(given?.by && { by: given.by }) };
    },
  };
}
