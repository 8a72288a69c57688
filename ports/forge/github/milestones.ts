import type { Milestone, Milestones } from '../milestones.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';

export function githubMilestones({ rest, paginate }: GitHub): Milestones {
  return {
    async list(repository) {
      const all = await paginate(rest.issues.listMilestones, { ...at(repository), state: 'all', per_page: 100 });
      return all.map(fromGitHub).toSorted((one, other) => (one.due ?? '9').localeCompare(other.due ?? '9') || one.number - other.number);
    },

    async open(repository, { title, due }) {
      return fromGitHub((await rest.issues.createMilestone({ ...at(repository), title, due_on: due })).data);
    },

    async close(repository, number) {
      await rest.issues.updateMilestone({ ...at(repository), milestone_number: number, state: 'closed' });
    },
  };
}

interface GivenMilestone {
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly due_on: string | null;
}

function fromGitHub({ number, title, state, due_on }: GivenMilestone): Milestone {
  return { number, title, state: state === 'open' ? 'open' : 'closed', ...(due_on !== null && { due: due_on }) };
}
