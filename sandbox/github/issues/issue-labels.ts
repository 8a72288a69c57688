import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { perform } from '../call.ts';
import { issueOf, renderLabels, textKey } from './issues.ts';
import { labelNamed, labelNames } from './labels.ts';
import { Refusal } from '../refusal.ts';
import type { Call, Handlers } from '../call.ts';

type Operations = 'issues/add-labels' | 'issues/set-labels' | 'issues/remove-label' | 'issues/list-labels-on-issue';

export const issueLabelHandlers = {
  'issues/add-labels': (call) => setLabels(call, (present) => [...present, ...givenLabels(call.body)]),
  'issues/set-labels': (call) => setLabels(call, () => givenLabels(call.body)),
  'issues/remove-label': removeLabel,
  'issues/list-labels-on-issue': (call) => json(200, renderLabels(call.world, call.repository, issueOf(call))),
} satisfies Handlers<Operations>;

/** A bare list, or one under `labels`, of names or of objects. */
function givenLabels(body: unknown): (string | { name?: string })[] {
  if (Array.isArray(body)) return body as string[];
  return (body as { labels?: string[] } | undefined)?.labels ?? [];
}

async function setLabels(call: Call, change: (present: readonly string[]) => (string | { name?: string })[]) {
  const { world, repository } = call;
  await perform(call, () => {
    const issue = issueOf(call);
    const wanted = labelNames(repository, change(issue.labels));
    const added = wanted.filter((name) => !issue.labels.includes(name)).toSorted();
    const removed = issue.labels.filter((name) => !wanted.includes(name)).toSorted();
    if (added.length + removed.length === 0) return unchanged(undefined);
    const what = [...removed.map((name) => `-${name}`), ...added.map((name) => `+${name}`)].join(' ');
    return effect(textKey('label', repository, issue, what), () => {
      for (const name of added) labelNamed(world, repository, name);
      issue.labels = wanted;
      issue.updatedAt = world.clock.now();
    });
  });
  return json(200, renderLabels(world, repository, issueOf(call)));
}

async function removeLabel(call: Call<'issues/remove-label'>) {
  const [name = ''] = labelNames(call.repository, [call.params['name'] ?? '']);
  if (!issueOf(call).labels.includes(name)) throw new Refusal(404, 'Label does not exist');
  return setLabels(call, (present) => present.filter((one) => one !== name));
}
