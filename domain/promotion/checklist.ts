import { unknownName } from '../text/nearest-name.ts';

/** Something that people do by hand before a deployment: a grant, a secret's new version, a change of Terraform. */
export interface Task {
  readonly name: string;
  /** What is to be done, in the words of the catalog. */
  readonly about: string;
}

/** What one person says that they have seen done. */
export interface ConfirmedItem {
  readonly item: string;
  readonly by: string;
  /** ISO 8601 */
  readonly at: string;
}

/** How many different people must have seen each. */
const pair = 2;

/** Why a confirmation does not count; undefined if it does. Case makes nobody another person. */
export function whyNotConfirmed(tasks: readonly Task[], confirmations: readonly ConfirmedItem[], { item, by }: Omit<ConfirmedItem, 'at'>): string | undefined {
  if (!tasks.some(({ name }) => name === item)) return unknownName('item', item, tasks.map(({ name }) => name));
  const people = peopleOf(confirmations, item);
  if (people.length >= pair) return `"${item}" has been confirmed by ${people.join(' and ')} already`;
  if (people.some((person) => person.toLowerCase() === by.toLowerCase())) return `"${by}" has confirmed "${item}" already: a second person has to`;
  return undefined;
}

/** Who has confirmed an item, each once. */
export function peopleOf(confirmations: readonly ConfirmedItem[], item: string): readonly string[] {
  const people = new Map(confirmations.filter((each) => each.item === item).map(({ by }) => [by.toLowerCase(), by]));
  return [...people.values()];
}

/** What is still to be confirmed, and by how many. */
export function openTasks(tasks: readonly Task[], confirmations: readonly ConfirmedItem[]): readonly (Task & { readonly missing: number })[] {
  return tasks.map((task) => ({ ...task, missing: pair - peopleOf(confirmations, task.name).length })).filter(({ missing }) => missing > 0);
}

/**
 * From when on the deployment may start (ms since 1970): new secrets are found within `graceMs` of the last of these, and never reach pods
 * that run already. Undefined while something is open.
 */
export function mayDeployFrom(tasks: readonly Task[], confirmations: readonly ConfirmedItem[], graceMs: number): number | undefined {
  if (openTasks(tasks, confirmations).length > 0) return undefined;
  const times = confirmations.filter(({ item }) => tasks.some(({ name }) => name === item)).map(({ at }) => Date.parse(at));
  return times.length === 0 ? 0 : Math.max(...times) + graceMs;
}
