/** The key under which `temporal/payload-converter.cjs` says why it could not read what somebody has sent. */
const mark = 'slipway/unreadable';

/** Why a message or an input can't be read: it is no JSON, or encrypted with a key that is not there. Undefined if it can. */
export function unreadable(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !(mark in input)) return undefined;
  return String(input[mark]);
}
