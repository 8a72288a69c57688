import { checklist, defaultEnableBody, defaultEnableId, defaultEnableTitle, isMarked, removalBody, removalId, removalTitle, rolloutTitle, withSection } from '../../domain/flags/issue.ts';
import { fillTemplate } from '../../domain/text/template.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { effect } from '../effect.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Issue, NewIssue } from '../../ports/forge/issues.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';

/** The labels that follow a rollout are of this family; the others are left alone. */
const labelFamily = 'rollout::';

export interface FollowedIssue {
  readonly repository: Repository;
  readonly number: number;
  /** The rollout's, by which its part of the text is told from what people write. */
  readonly id: string;
  readonly section: string;
  readonly label?: string;
}

/** The issues by which people follow a flag's rollout. */
export function createRolloutIssues({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  const { discussions, issues } = forge;

  /** Opens the rollout's issue from its template, or adopts the one that was given or is open already. */
  async function openRolloutIssue(plan: RolloutPlan): Promise<Pick<Issue, 'number' | 'url'>> {
    const { repository, labels } = plan.rules.issues;
    if (plan.issue !== undefined) return given(repository, plan.issue);
    const body = withSection(await template(plan), plan.id, checklist(plan, { codeDeployed: false, tested: false, marks: [] }));
    return opened(plan.id, { repository, labels, title: rolloutTitle(plan.flag), body });
  }

  /** Brings the rollout's checklist and label up to date. */
  async function followRolloutIssue({ repository, number, id, section, label }: FollowedIssue): Promise<void> {
    const issue = await given(repository, number);
    const body = withSection(issue.body, id, section);
    if (body !== issue.body) await discussions.rewrite(repository, number, body);
    if (label !== undefined) await discussions.label(repository, number, labelFamily + label, labelFamily);
  }

  /** Opens the issue that asks for the flag's removal, and before it, where the catalog wants it, the one that asks for its being on by default. */
  async function askForRemoval({ plan, rollout }: { readonly plan: RolloutPlan; readonly rollout: string }): Promise<Pick<Issue, 'number' | 'url'>> {
    const { repository, labels, milestone, defaultEnable } = plan.rules.issues;
    const about = (at: string | undefined) => ({ repository, labels, ...(at && { milestone: at }) });
    const first = defaultEnable && (await opened(defaultEnableId(plan.id), { ...about(defaultEnable.milestone), title: defaultEnableTitle(plan.flag), body: defaultEnableBody(plan, rollout) }));
    return opened(removalId(plan.id), { ...about(milestone), title: removalTitle(plan.flag), body: removalBody(plan, { rollout, ...(first && { defaultEnable: first.url }) }) });
  }

  async function opened(id: string, issue: NewIssue): Promise<Pick<Issue, 'number' | 'url'>> {
    const { number, url } = await effect<Issue>({
      key: `issue ${issue.repository} ${issue.title}`,
      lagMs: readLagMs,
      probe: async () => (await issues.list(issue.repository, issue.labels)).find(({ body }) => isMarked(body, id)),
      act: () => issues.open(issue),
    });
    return { number, url };
  }

  async function given(repository: Repository, number: number): Promise<Issue> {
    const issue = await issues.get(repository, number);
    if (!issue) throw neverRetry('InvalidInput', `${repository} has no issue #${number}`);
    return issue;
  }

  async function template({ component, flag, rules }: RolloutPlan): Promise<string> {
    const { repository, template: file } = rules.issues;
    if (file === undefined) return '';
    const text = await forge.commits.read(repository, file, 'HEAD');
    if (text === undefined) throw neverRetry('InvalidCatalog', `${repository} has no ${file}`);
    return fillTemplate(text, { flag, component });
  }

  return {
    openRolloutIssue: beating(openRolloutIssue),
    followRolloutIssue: beating(followRolloutIssue),
    askForRemoval: beating(askForRemoval),
  };
}

