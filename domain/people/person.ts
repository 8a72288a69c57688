import { deferred } from '../text/deferred.ts';
import { oneLine } from '../text/short-text.ts';

/** What templates of messages have in place of a login. Sent as it is, it would be a vote of nobody. */
export const yourLogin = 'your-login';

/** Who sends a message, as they say. */
export const person = deferred(() => oneLine.regex(/^[^\p{Cf}]*$/u, 'must not hold characters that nobody sees').regex(/\S/, 'must name somebody').refine((login) => login.toLowerCase() !== yourLogin, `"${yourLogin}" stands for your own login: write that`));

/**
 * A login in the case by which it is compared. The forge takes logins in any case, of ASCII's letters only: other scripts have letters which look
 * like those, or whose lower case they are (K, the sign of Kelvin), and belong to somebody else.
 */
export function folded(login: string): string {
  return login.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function isSamePerson(login: string, other: string): boolean {
  return folded(login) === folded(other);
}
