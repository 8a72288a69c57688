import { Refusal } from './refusal.ts';

/** GitHub's, in characters. Its description of its API does not tell them. */
const longest = { title: 256, body: 65_536 } as const;
const longestLabel = 50;

/** @throws Refusal 422 when a text is longer than GitHub takes it */
export function assertLengths(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [field, most] of Object.entries(longest)) {
    const text = (body as Record<string, unknown>)[field];
    if (typeof text === 'string' && Array.from(text).length > most) throw new Refusal(422, `${field} is too long (maximum is ${most} characters)`);
  }
  const { labels = [] } = body as { labels?: unknown };
  for (const label of Array.isArray(labels) ? labels : []) {
    if (typeof label === 'string' && Array.from(label).length > longestLabel) throw new Refusal(422, `name is too long (maximum is ${longestLabel} characters)`);
  }
}
