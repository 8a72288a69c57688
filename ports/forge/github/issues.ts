import type { Issue, Issues } from '../issues.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { fittingBody, fittingTitle } from '../../../domain/code/quiet-text.ts';
import { unlessMissing } from './connection/failures.ts';

export function githubIssues({ rest, paginate }: GitHub): Issues {
  async function milestoneNumber(repository: string, title: string): Promise<number | undefined> {
    const milestones = await paginate(rest.issues.listMilestones, { ...at(repository), state: 'open', per_page: 100 });
    return milestones.find((milestone) => milestone.title === title)?.number;
  }

  return {
    async get(repository, number) {
      const found = await unlessMissing(rest.issues.get({ ...at(repository), issue_number: number }));
      return found && fromGitHub(found.data);
    },

    async list(repository, labels) {
      const found = await paginate(rest.issues.listForRepo, { ...at(repository), state: 'open', per_page: 100, ...(labels.length > 0 && { labels: labels.join(',') }) });
      // To GitHub a pull request is an issue, too.
      return found.filter(({ pull_request }) => !pull_request).map(fromGitHub);
    },

    async open({ repository, title, body, labels, milestone }) {
      const number = milestone === undefined ? undefined : await milestoneNumber(repository, milestone);
      const { data } = await rest.issues.create({ ...at(repository), title: fittingTitle(title), body: fittingBody(body), labels: [...labels], ...(number !== undefined && { milestone: number }) });
      return fromGitHub(data);
    },

    async close(repository, number) {
      await rest.issues.update({ ...at(repository), issue_number: number, state: 'closed' });
    },

    async assign(repository, number, login) {
      const { data } = await rest.issues.addAssignees({ ...at(repository), issue_number: number, assignees: [login] });
      return fromGitHub(data).assignees;
    },
  };
}

interface GivenIssue {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly assignees?: readonly { readonly login: string }[] | null;
  readonly labels: readonly (string | { readonly name?: string | undefined })[];
}

function fromGitHub({ number, html_url, state, title, body, labels, assignees }: GivenIssue): Issue {
  return {
    number,
    url: html_url,
    state: state === 'open' ? 'open' : 'closed',
    title,
    body: body ?? '',
    assignees: (assignees ?? []).map(({ login }) => login),
    labels: labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
  };
}
