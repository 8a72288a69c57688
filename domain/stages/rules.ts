import { folded } from '../people/person.ts';
import { z } from 'zod';
import { duration, interval } from '../text/duration.ts';
import { soakMsAt } from './exposure.ts';
import { healthCheck } from './health-check.ts';
import { soakRule } from './soak-rule.ts';
import * as deployment from './mechanisms/deployment.ts';
import * as workflow from './mechanisms/workflow.ts';
import { approver, channel, name } from '../text/names.ts';
import type { Contradiction } from '../text/contradiction.ts';
import { teamsIn } from '../people/teams.ts';

export const assurance = z.enum(['claimed', 'verified']);

export const approval = z.strictObject({
  approvers: z.array(approver).min(1).describe('Who may approve or reject; votes of others are refused. A team ("org/team") only where votes are verified.'),
  assurance: assurance.optional().describe('How it must be known that a vote is its voter\'s; unless told otherwise, as the environment has it.'),
  required: z.int().min(1).prefault(1).describe('How many different people must approve.'),
  separation: z.array(z.enum(['starter', 'author'])).optional().describe('Who may not approve, though an approver: whoever started the release, or wrote a commit of it.'),
  timeout: duration.optional().describe('The release ends when it has waited for so long.'),
  escalate: z.strictObject({ every: interval, channel }).optional().describe('Where to ask again, and how often.'),
});

/** By which a candidate gets to an environment: a new way is a file beside these, and a name here. */
const mechanisms = { workflow, deployment };

type MechanismRule = (typeof mechanisms)[keyof typeof mechanisms]['rule'];

const mechanism = z.discriminatedUnion('kind', Object.values(mechanisms).map(({ rule }) => rule) as [MechanismRule, ...MechanismRule[]]);

/** A step on a component's way to where it is used. */
export const stage = z.strictObject({
  name,
  environment: name,
  promote: mechanism,
  approval: approval.optional(),
  exposure: z.number().positive().max(100).optional().describe('How many percent of all use a candidate meets here: a share of the nodes, or of the traffic. Inputs may use it as {exposure}.'),
  soak: soakRule.optional().describe('Healthy, observed time that must pass before the next stage. A duration, or by exposure.'),
  health: z.array(healthCheck).prefault([]),
  unhealthyLimit: interval.optional().describe('A soak that is not shown to be healthy for so long without a break counts as failed; without a limit it waits.'),
  onFailure: z.enum(['ask', 'rollback']).optional().describe('What to do when the stage fails: wait for a decision (unless told otherwise), or bring back what ran before.'),
})
  .refine(({ exposure, soak }) => soak?.kind !== 'exposure' || exposure !== undefined, { path: ['exposure'], message: 'is needed for a soak by exposure: how many percent of all use are met here' })
  .transform(({ soak, ...rest }) => ({ ...rest, ...(soak && { soak: soakMsAt(rest.exposure ?? 100, soak) }) }));

export type Stage = z.output<typeof stage>;
export type Approval = z.output<typeof approval>;
export type Mechanism = z.output<typeof mechanism>;

export function* stageContradictions({ promote, approval }: Stage, wanted: Approval['assurance']): Generator<Contradiction> {
  const { contradictions }: { contradictions(promote: Mechanism): Iterable<Contradiction> } = mechanisms[promote.kind];
  for (const { path, message } of contradictions(promote)) yield { path: ['promote', ...path], message };
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
