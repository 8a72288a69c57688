import { yourLogin } from '../../../domain/people/person.ts';
import { toldFailures } from '../../../domain/code/pipeline.ts';
import type { PromotionGate } from '../../../domain/promotion/rules.ts';
import { attemptKey } from '../../../domain/release/keys.ts';
import { fillInputs } from '../../../domain/stages/inputs.ts';
import { insist } from '../../people/obligations.ts';
import { resolve, takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

/** Makes sure that the commit is green, and passes every gate of the catalog. What fails goes on only with its cause. */
export function passGates(release: ProductionRelease): Promise<void> {
  const { plan: { name, rules } } = release;
  return takeStep(release, 'gates', async () => {
    const excused: string[] = [];
    const pass = async (gate: string, look: (attempt: number) => Promise<string | undefined>) => {
      for (let attempt = 1; ; attempt++) {
        const why = await look(attempt);
        if (why === undefined) return;
        const { choice, by, reason } = await resolve(release, { step: 'gates', name: `${gate}-${attempt}`, about: `${gate} of ${name}`, why, choices: ['retry', 'proceed', 'abort'] });
        if (choice === 'proceed') return void excused.push(`${gate} (${by}: ${reason})`);
      }
    };
    await pass('the checks', () => lookAtChecks(release));
    for (const gate of rules.gates) await pass(gate.name, (attempt) => lookAtGate(release, gate, attempt));
    return { told: excused.length > 0 ? `passed, but for ${excused.join('; ')}` : `passed: ${['the checks', ...rules.gates.map((gate) => gate.name)].join(', ')}`, value: undefined };
  });
}

async function lookAtChecks(release: ProductionRelease): Promise<string | undefined> {
  const { plan: { repository, candidate: sha, rules, pace, name }, status, work, wakes } = release;
  status.enter('pipeline', { waitingFor: { what: `the checks of ${sha.slice(0, 7)}` } });
  const question = { repository, sha, required: rules.requiredChecks, patience: pace.patience, until: Date.now() + pace.patience };
  const verdict = await insist(release, `the checks of ${name}`, () => wakes.wakeable(() => work.commitVerdict(question, `wait for the checks of ${name}`)));
  if (verdict.kind === 'green') return undefined;
  return verdict.kind === 'red' ? `red: ${toldFailures(verdict.failed)}` : `not reported: ${[...verdict.missing, ...verdict.running].join(', ') || 'any check'}`;
}

/** @returns why it does not hold */
export async function lookAtGate(release: ProductionRelease, gate: PromotionGate, attempt: number): Promise<string | undefined> {
  const { plan: { candidate, name }, status, work, confirmations } = release;
  if ('health' in gate) {
    status.enter('pipeline', { waitingFor: { what: `a look at ${gate.name}` } });
    const check = 'query' in gate.health ? { ...gate.health, query: gate.health.query.replaceAll('{sha}', candidate) } : gate.health;
    return insist(release, `a look at ${gate.name}`, () => work.lookAtHealth({ check }, `look at ${gate.name}`));
  }
  if ('ask' in gate) {
    status.enter('confirmation', { waitingFor: { what: `${gate.name} of ${name}: ${gate.ask}`, whom: ['the team'], send: [{ message: 'confirm', payload: { item: gate.name, by: yourLogin } }] } });
    release.reporter.tell({ name: `ask-${gate.name}`, line: `waits for somebody to look: ${gate.ask} (confirm ${gate.name})` });
    await confirmations.receive({ item: gate.name });
    return undefined;
  }
  return followRun(release, gate, attempt);
}

async function followRun(release: ProductionRelease, { name: gate, workflow, how, inputs }: Extract<PromotionGate, { workflow: string }>, attempt: number): Promise<string | undefined> {
  const { plan, status, work, wakes } = release;
  const { id, repository, candidate: sha, name, component, rules: { branch, stage }, pace } = plan;
  status.enter('pipeline', { waitingFor: { what: `${gate} (${workflow}) for ${name}` } });
  if (how === 'dispatch') {
    const key = attemptKey(`${id}/gate/${gate}/${sha.slice(0, 12)}`, attempt);
    const mechanism = fillInputs({ kind: 'workflow', workflow, inputs }, { key, sha, candidate: sha, version: name, environment: stage!, component });
    if (mechanism.kind !== 'workflow') throw new TypeError('a gate is a workflow');
    const begun = await insist(release, `the gate ${gate}`, () => work.startGate({ repository, branch, environment: stage!, sha, key, mechanism }, `start ${workflow}`));
    if (begun !== 'byTag') {
      status.enter('pipeline', { waitingFor: { what: `${gate}: ${begun.url}` } });
      const state = await insist(release, `the gate ${gate}`, () => wakes.wakeable(() => work.gateRun({ repository, id: begun.id }, `wait for ${workflow}`)));
      return state === 'succeeded' ? undefined : `${workflow} failed: ${begun.url}`;
    }
  }
  const until = Date.now() + pace.patience;
  const [run] = await insist(release, `the gate ${gate}`, () => wakes.wakeable(() => work.tagRuns({ repository, tag: name, sha, workflows: [workflow], until }, `wait for ${workflow} of the tag ${name}`)));
  if (run?.state === 'succeeded') return undefined;
  return run?.state === 'failed' ? `${workflow} failed: ${run.url}` : `${workflow} can't be dispatched, and the tag ${name} has not started it`;
}
