import { randomUUID } from 'node:crypto';

/** What everything begins with that a run of the live suites makes, so that it can be told from all else, and removed. */
export const mark = `slipway-live-${randomUUID().slice(0, 8)}`;

/** @throws an Error that says what the variable is for, and how to run the other half alone */
export function required(name: string, meaning: string, { otherHalf }: { readonly otherHalf: string }): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is missing: ${meaning}. Nothing of this half was run. For the other half alone: npm run test:live -- ${otherHalf}`);
}

/** Nobody's work is there to be spoiled. @throws an Error that says how to mark a place as such */
export function assertScratch(what: string, isScratch: boolean, how: string): void {
  if (!isScratch) throw new Error(`${what} is not marked as a place for tests, and is left alone. ${how}`);
}
