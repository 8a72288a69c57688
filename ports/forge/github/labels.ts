import type { Discussions } from '../discussions.ts';
import { isOfFamily, isSameLabel, missingLabels } from '../../../domain/text/label.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal } from './connection/failures.ts';

/** Labels are set one by one, never as a whole set: that would take away what somebody else adds at the same moment. */
export function githubLabels({ rest, paginate }: GitHub): Pick<Discussions, 'label' | 'addLabels' | 'removeLabel'> {
  async function current(repository: string, number: number): Promise<readonly string[]> {
    const labels = await paginate(rest.issues.listLabelsOnIssue, { ...at(repository), issue_number: number, per_page: 100 });
    return labels.map(({ name }) => name);
  }

  /** All labels that are there afterwards: a write's answer does not lag, as lists do. */
  async function add(repository: string, number: number, labels: readonly string[]): Promise<readonly string[]> {
    const { data } = await rest.issues.addLabels({ ...at(repository), issue_number: number, labels: [...labels] });
    return data.map(({ name }) => name);
  }

  async function remove(repository: string, number: number, label: string): Promise<void> {
    try {
      await rest.issues.removeLabel({ ...at(repository), issue_number: number, name: label });
    } catch (error) {
      const { status, reason = '' } = refusal(error) ?? {};
      // Also said where the pull request does not exist, but not in these words.
      if (status !== 404 || !/label does not exist/i.test(reason)) throw error;
    }
  }

  return {
    async label(repository, number, label, family) {
      const seen = await current(repository, number);
      const there = missingLabels([label], seen).length > 0 ? await add(repository, number, [label]) : seen;
      for (const other of there) {
        if (isOfFamily(other, family) && !isSameLabel(other, label)) await remove(repository, number, other);
      }
    },

    removeLabel: remove,

    async addLabels(repository, number, labels) {
      const wanted = missingLabels(labels, await current(repository, number));
      if (wanted.length > 0) await add(repository, number, wanted);
    },
  };
}
