import { shortSha } from '../code/commit.ts';
import type { Commit } from '../code/commit.ts';
import { marker } from '../code/marker.ts';
import { inert } from '../code/quiet-text.ts';
import type { RolloutPlan } from './plan.ts';
import { stagingStage } from './plan.ts';
import type { StageStatus } from '../release/status.ts';

/** Hidden in an issue's text, like the marker at the beginning of the part that a rollout keeps up to date. */
const end = (id: string) => `<!-- end of slipway: ${id} -->`;

export function rolloutTitle(flag: string): string {
  return `Roll out feature flag ${flag}`;
}

export function defaultEnableTitle(flag: string): string {
  return `Enable feature flag ${flag} by default`;
}

export function removalTitle(flag: string): string {
  return `Remove feature flag ${flag}`;
}

/** Whether an issue was opened, or is kept up to date, by this rollout. */
export function isMarked(body: string, id: string): boolean {
  return body.includes(marker(id));
}

/** An issue's text with the rollout's part brought up to date, or added at its end. What people wrote around it stays. */
export function withSection(body: string, id: string, section: string): string {
  const written = `${marker(id)}\n${section}\n${end(id)}`;
  const [from, to] = [body.indexOf(marker(id)), body.indexOf(end(id))];
  if (from === -1) return body.trim() === '' ? written : `${body.trimEnd()}\n\n${written}`;
  // Somebody may have deleted the end of it.
  return body.slice(0, from) + written + (to === -1 ? '' : body.slice(to + end(id).length));
}

export interface Undeployed {
  readonly missing: readonly Pick<Commit, 'sha' | 'title'>[];
  readonly total: number;
}

export interface RolloutProgress {
  readonly codeDeployed: boolean;
  /** What has to be deployed first, newest first, and how many commits that are in all. */
  readonly undeployed?: Undeployed;
  readonly tested: boolean;
  readonly marks: readonly Pick<StageStatus, 'name' | 'mark'>[];
  /** The issue that asks for the flag's removal, once there is one. */
  readonly removal?: string;
}

/** The rollout's checklist. */
export function checklist({ commit, rules }: Pick<RolloutPlan, 'commit' | 'rules'>, { codeDeployed, undeployed, tested, marks, removal }: RolloutProgress): string {
  const markOf = (name: string) => marks.find((stage) => stage.name === name)?.mark ?? 'ahead';
  const isOn = (name: string) => !['ahead', 'promoting', 'rolledBack'].includes(markOf(name));
  const steps = marks.filter(({ name }) => name !== stagingStage);
  return [
    item(codeDeployed, `The code (${commit}) is deployed to ${rules.production.environment}`),
    ...(undeployed && !codeDeployed ? undeployedLines(undeployed).map((line) => `  - ${line}`) : []),
    ...(rules.staging
      ? [item(isOn(stagingStage), `On in ${rules.staging.environment}`), item(tested, `Tested in ${rules.staging.environment}`), item(markOf(stagingStage) === 'done', `Healthy in ${rules.staging.environment}`)]
      : []),
    ...steps.map(({ name, mark }) => item(mark === 'done' || mark === 'skipped', `${rules.production.environment}: ${name}${noted[mark] ?? ''}`)),
    item(removal !== undefined, removal === undefined ? 'The removal of the flag is asked for' : `The removal of the flag is asked for: ${removal}`),
  ].join('\n');
}

/** The commits that are not deployed yet, and how many more there are. */
function undeployedLines({ missing, total }: Undeployed): readonly string[] {
  const more = total - missing.length;
  return [...missing.map(({ sha, title }) => `${shortSha(sha)} ${inert(title)}`), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** What is said of a step that neither came to its end nor is ahead. */
const noted: Partial<Record<StageStatus['mark'], string>> = { failed: ' (failed)', skipped: ' (skipped)', rolledBack: ' (taken back)' };

function item(done: boolean, text: string): string {
  return `- [${done ? 'x' : ' '}] ${text}`;
}

/** The text of the issue that asks for the flag's removal, and of being on by default first, unless that has an issue of its own. */
export function removalBody({ id, flag, component }: Pick<RolloutPlan, 'id' | 'flag' | 'component'>, { rollout, defaultEnable }: { readonly rollout: string; readonly defaultEnable?: string }): string {
  const tasks = [
    `\`${flag}\` is on for everybody since its rollout (${rollout}).`,
    '',
    `- [ ] Turn it on by default in the code, and release that${defaultEnable === undefined ? '' : `: ${defaultEnable}`}`,
    `- [ ] Remove the flag and the code without it from ${component}`,
    '- [ ] Delete the flag from the flag services',
  ].join('\n');
  return withSection(tasks, removalId(id), `Asked for by the rollout ${id}.`);
}

/** The text of the issue that asks for the flag to be on by default. */
export function defaultEnableBody({ id, flag, component }: Pick<RolloutPlan, 'id' | 'flag' | 'component'>, rollout: string): string {
  const tasks = [
    `\`${flag}\` is on for everybody since its rollout (${rollout}).`,
    '',
    `- [ ] Turn it on by default in the code of ${component}`,
    '- [ ] Release that: who runs it without a flag service has it on from then on',
  ].join('\n');
  return withSection(tasks, defaultEnableId(id), `Asked for by the rollout ${id}.`);
}

export function defaultEnableId(id: string): string {
  return `${id}/default-enable`;
}

export function removalId(id: string): string {
  return `${id}/removal`;
}
