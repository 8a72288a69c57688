import { shortSha } from '../code/commit.ts';
import type { ReleasePlan } from './plan.ts';
import { promotionKey } from '../release/keys.ts';
import type { Mechanism } from '../stages/rules.ts';

/** Every write that a release would make, should nothing come in its way, in order. */
export function writesOf(plan: ReleasePlan): readonly string[] {
  const { candidate, pin, stages, chat, base, component, landed } = plan;
  const { repository, branch, head, versionFile, title, labels, merge } = pin;
  const thread = chat ? [`${chat.progress}: a thread for ${component} ${shortSha(candidate)}`] : [];
  const landing = [
    `${repository}: commit "${title}" on ${shortSha(base)}, which sets ${versionFile} to ${candidate}`,
    `${repository}: branch ${head}`,
    `${repository}: pull request "${title}" from ${head} into ${branch}${labels.length > 0 ? `, labelled ${labels.join(', ')}` : ''}`,
    ...thread,
    `${repository}: ${merge} the pull request into ${branch}, when its pipeline is green`,
    `${repository}: remove the branch ${head}`,
  ];
  return [
    ...(landed ? thread : landing),
    ...stages.flatMap(({ name, environment, promote, approval }) => [
      ...(approval ? [`${name} only once ${approval.required} of ${approval.approvers.join(', ')} approve`] : []),
      `${repository}: ${toldMechanism(promote)} to ${environment} as ${promotionKey(plan, name)}`,
      `${repository}: label the pull request workflow::${name}`,
    ]),
  ];
}

/** "workflow deploy.yml" */
function toldMechanism(mechanism: Mechanism): string {
  return Object.values(mechanism).filter((value) => typeof value === 'string').join(' ');
}
