import type { PullRequests } from '../forge.ts';
import { at } from './client.ts';
import type { GitHub } from './client.ts';
import { refusal } from './failures.ts';

/** Labels are set one by one, never as a whole set: that would take away what somebody else adds at the same moment. */
export function githubLabels({ rest, paginate }: GitHub): Pick<PullRequests, 'label' | 'addLabels'> {
  async function current(repository: string, number: number): Promise<readonly string[]> {
    const labels = await paginate(rest.issues.listLabelsOnIssue, { ...at(repository), issue_number: number, per_page: 100 });
    return labels.map(({ name }) => name);
  }

  async function add(repository: string, number: number, labels: readonly string[]): Promise<void> {
    if (labels.length > 0) await rest.issues.addLabels({ ...at(repository), issue_number: number, labels: [...labels] });
  }

  async function remove(repository: string, number: number, label: string): Promise<void> {
    try {
      await rest.issues.removeLabel({ ...at(repository), issue_number: number, name: label });
    } catch (error) {
      const maybeGone = refusal(error)?.status === 404;
      if (!maybeGone || (await current(repository, number)).includes(label)) throw error;
    }
  }

  return {
    async label(repository, number, label, family) {
      const there = await current(repository, number);
      await add(repository, number, missing([label], there));
      for (const other of there) {
        if (other.startsWith(family) && !same(other, label)) await remove(repository, number, other);
      }
    },

    async addLabels(repository, number, labels) {
      await add(repository, number, missing(labels, await current(repository, number)));
    },
  };
}

function missing(wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.filter((label) => !there.some((other) => same(other, label)));
}

/** GitHub keeps a label's case and ignores it in comparing. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
