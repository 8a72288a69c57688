import { folded } from '../people/person.ts';
import { z } from 'zod';
import { duration, interval } from '../text/duration.ts';
import { healthCheck } from './health-check.ts';
import { approver, channel, name, workflowFile } from '../text/names.ts';
import { unknownName } from '../text/nearest-name.ts';
import type { Contradiction } from '../text/contradiction.ts';
import { teamsIn } from '../people/teams.ts';

export const assurance = z.enum(['claimed', 'verified']);

const approval = z.strictObject({
  approvers: z.array(approver).min(1).describe('Who may approve or reject; votes of others are refused. A team ("org/team") only where votes are verified.'),
  assurance: assurance.optional().describe('How it must be known that a vote is its voter\'s; unless told otherwise, as the environment has it.'),
  required: z.int().min(1).prefault(1).describe('How many different people must approve.'),
  separation: z.array(z.enum(['starter', 'author'])).optional().describe('Who may not approve, though an approver: whoever started the release, or wrote a commit of it.'),
  timeout: duration.optional().describe('The release ends when it has waited for so long.'),
  escalate: z.strictObject({ every: interval, channel }).optional().describe('Where to ask again, and how often.'),
});

/** What `inputs` may use, in braces. */
export const placeholders = ['component', 'candidate', 'sha', 'stage', 'environment', 'key', 'fence'] as const;

/** How a candidate gets to an environment. */
const mechanism = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('workflow'),
    workflow: workflowFile,
    inputs: z.record(z.string(), z.string()).prefault({}).describe(`May use ${placeholders.map((name) => `{${name}}`).join(', ')}. One must carry {key}, and the run name must show it.`),
  }),
  z.strictObject({ kind: z.literal('deployment') }),
]);

/** A step on a component's way to where it is used. */
export const stage = z.strictObject({
  name,
  environment: name,
  promote: mechanism,
  approval: approval.optional(),
  soak: duration.optional().describe('Healthy, observed time that must pass before the next stage.'),
  health: z.array(healthCheck).prefault([]),
  unhealthyLimit: interval.optional().describe('A soak that is not shown to be healthy for so long without a break counts as failed; without a limit it waits.'),
  onFailure: z.enum(['ask', 'rollback']).optional().describe('What to do when the stage fails: wait for a decision (unless told otherwise), or bring back what ran before.'),
});

export type Stage = z.output<typeof stage>;
export type Approval = z.output<typeof approval>;
export type Mechanism = z.output<typeof mechanism>;

export function* stageContradictions({ promote, approval }: Stage, wanted: Approval['assurance']): Generator<Contradiction> {
  if (promote.kind === 'workflow') {
    for (const [input, template] of Object.entries(promote.inputs)) {
      for (const [, found = ''] of template.matchAll(/\{(\w+)\}/g)) {
        if (!isPlaceholder(found)) yield { path: ['promote', 'inputs', input], message: unknownName('placeholder', found, placeholders) };
      }
    }
    if (!Object.values(promote.inputs).some((template) => template.includes('{key}'))) {
      yield { path: ['promote', 'inputs'], message: 'one input must carry {key}, by which a lost run is found again' };
    }
  }
  if (!approval) return;
  if (wanted === 'verified' && approval.assurance === 'claimed') yield { path: ['approval', 'assurance'], message: 'the environment wants votes to be verified' };
  const teams = teamsIn(approval);
  if (teams.length > 0 && (approval.assurance ?? wanted) !== 'verified') {
    yield { path: ['approval', 'approvers'], message: `who is in ${teams[0]} is known only where assurance is "verified"` };
  }
  const approvers = new Set(approval.approvers.map(folded)).size;
  if (teams.length === 0 && approvers > 0 && approval.required > approvers) {
    yield { path: ['approval', 'required'], message: `${approval.required} approvals can't come from ${approvers} ${approvers === 1 ? 'person' : 'people'}` };
  }
}

function isPlaceholder(found: string): boolean {
  return placeholders.some((name) => name === found);
}
