import { z } from 'zod';
import { duration } from './text/duration.ts';
import { flagRules } from './flags/rules.ts';
import { freezeRule, timeZone } from './environments/freeze.ts';
import { healthCheck } from './stages/health-check.ts';
import { approver, branch, channel, name, path, repository, workflowFile } from './text/names.ts';
import { unknownName } from './text/nearest-name.ts';
import { schemaRules } from './schemas/rules.ts';

/** Nothing may be asked or waited for in no time at all. */
const interval = duration.refine((ms) => ms > 0, 'must be longer than nothing');

const assurance = z.enum(['claimed', 'verified']);

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

const stage = z.strictObject({
  name,
  environment: name,
  promote: mechanism,
  approval: approval.optional(),
  soak: duration.optional().describe('Healthy, observed time that must pass before the next stage.'),
  health: z.array(healthCheck).prefault([]),
  unhealthyLimit: interval.optional().describe('A soak that is not shown to be healthy for so long without a break counts as failed; without a limit it waits.'),
  onFailure: z.enum(['ask', 'rollback']).optional().describe('What to do when the stage fails: wait for a decision (unless told otherwise), or bring back what ran before.'),
});

const environment = z.strictObject({
  description: z.string().optional(),
  assurance: assurance.optional().describe('What votes on the stages that land here need: "verified" counts none without a proof of who voted.'),
  timeZone: timeZone.prefault('UTC').describe('Of the clocks that freezes go by.'),
  freezes: z.array(freezeRule).prefault([]).describe('When nothing is promoted to it. Rollbacks go on.'),
});

const source = z.strictObject({
  canonical: repository.describe('Where the component is developed.'),
  mirror: repository.describe('Where it is released from: green commits are looked for here only.'),
  branch: branch.prefault('master'),
  searchDepth: z.int().min(1).max(500).prefault(50).describe('How many commits below the head are looked at.'),
  whenRed: z.enum(['hold', 'lastGreen']).prefault('hold').describe('What to do when the newest finished commit is red.'),
  requiredChecks: z.array(z.string().min(1)).prefault([]).describe('Checks that must be among the green ones.'),
  docs: z.array(z.string().min(1)).prefault([]).describe('Paths ("doc/", "*.md"): a commit that changes nothing else is passed over, because its pipeline tests nothing.'),
  toleratedLag: z.int().min(0).max(100).prefault(0).describe('How many commits the mirror may be behind the canonical repository.'),
  owners: channel.optional().describe('Where those who own the mirror are told that it is red or lags behind.'),
  schedule: interval.prefault('1h').describe('How often a candidate is looked for.'),
});

const downstream = z.strictObject({
  repository,
  branch: branch.prefault('master'),
  versionFile: path,
  head: branch.describe('The fixed branch of the version pull request.'),
  title: z.string().min(1),
  labels: z.array(z.string().min(1)).prefault([]),
  merge: z.enum(['merge', 'squash', 'rebase']).prefault('merge'),
  autoMerge: z.boolean().prefault(false).describe('Whether the forge merges it by itself once a review that is missing is there.'),
  whenFixed: z.enum(['amend', 'ask']).prefault('amend').describe('What to do when a newer commit is green while a red pipeline waits for a decision.'),
  mention: z.string().regex(/^@[\w-]+(\/[\w-]+)?$/, 'must be a login or a team such as "@gitlab-org/gitaly"').optional().describe('Who is mentioned in the pull request when it needs somebody.'),
  flakyTest: z.strictObject({
    repository: repository.describe('Where the issue is opened.'),
    labels: z.array(z.string().min(1)).prefault(['Flaky Test']),
  }).optional().describe('Opens an issue when a pipeline passes that had failed on the same commit.'),
  stale: z.strictObject({
    notice: interval.prefault('1d').describe('Open for this long: told once, in the thread.'),
    escalate: interval.prefault('1d').describe('Then told to the team, and again at this interval.'),
  }).prefault({}),
  runbook: z.url().optional(),
  requiredChecks: z.array(z.string().min(1)).prefault([]),
});

const component = z.strictObject({
  source,
  downstream,
  stages: z.array(stage).min(1),
  chat: z.strictObject({
    progress: channel.describe('One thread a release.'),
    team: channel.describe('Where failures are reported.'),
  }),
  flags: flagRules.optional().describe('How its feature flags are rolled out.'),
});

/** How often and how patiently remote systems are asked. The defaults suit GitHub; tests and demonstrations are faster. */
const pace = z.strictObject({
  poll: interval.prefault('30s').describe('Between two looks at a pipeline or a deployment.'),
  patience: interval.prefault('15m').describe('How long a mirror may lag behind, or CI not report, before people are told.'),
  sample: interval.prefault('15s').describe('Between two health samples of a soak.'),
  attempt: interval.prefault('60s').describe('Longest run of one attempt of an activity.'),
  heartbeat: interval.prefault('10s').describe('A worker that is silent for this long is taken for dead.'),
  retry: interval.prefault('2s').describe('Before the first retry of a failed activity; doubled from there, up to thirty times as long.'),
});

export const catalogSchema = z
  .strictObject({
    version: z.literal(1),
    pace: pace.prefault({}),
    environments: z.record(name, environment),
    components: z.record(name, component),
    schemas: z.record(name, schemaRules).prefault({}).describe('Components whose database schemas are released.'),
  })
  .superRefine((catalog, context) => {
    for (const { path, message } of contradictions(catalog)) context.addIssue({ code: 'custom', path, message });
  });

/** `slipway.yaml` as Slipway uses it: defaults filled in, durations in milliseconds. */
export type Catalog = z.output<typeof catalogSchema>;
export type Component = Catalog['components'][string];
export type Stage = Component['stages'][number];
export type Approval = NonNullable<Stage['approval']>;
export type Mechanism = Stage['promote'];
export type Pace = Catalog['pace'];

interface Contradiction {
  readonly path: PropertyKey[];
  readonly message: string;
}

/** What is well-formed piece by piece and still can't work. */
function* contradictions(catalog: Pick<Catalog, 'environments' | 'components'>): Generator<Contradiction> {
  const heads = new Map<string, string>();
  for (const [component, { downstream, stages, flags }] of Object.entries(catalog.components)) {
    const head = `${downstream.repository} ${downstream.head}`;
    const other = heads.get(head);
    if (other) yield { path: ['components', component, 'downstream', 'head'], message: `already the branch of component "${other}"` };
    heads.set(head, component);

    for (const [index, stage] of stages.entries()) {
      const at = ['components', component, 'stages', index];
      const earlier = stages.slice(0, index).some(({ name }) => name === stage.name);
      if (earlier) yield { path: [...at, 'name'], message: `stage "${stage.name}" appears twice` };
      if (!Object.hasOwn(catalog.environments, stage.environment)) {
        yield { path: [...at, 'environment'], message: unknownName('environment', stage.environment, Object.keys(catalog.environments)) };
      }
      for (const { path, message } of stageContradictions(stage, catalog.environments[stage.environment]?.assurance)) yield { path: [...at, ...path], message };
    }
    for (const place of ['staging', 'production'] as const) {
      const environment = flags?.[place]?.environment;
      if (environment === undefined || Object.hasOwn(catalog.environments, environment)) continue;
      yield { path: ['components', component, 'flags', place, 'environment'], message: unknownName('environment', environment, Object.keys(catalog.environments)) };
    }
  }
}

function* stageContradictions({ promote, approval }: Stage, wanted: Approval['assurance']): Generator<Contradiction> {
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
  const approvers = new Set(approval.approvers.map((login) => login.toLowerCase())).size;
  if (teams.length === 0 && approvers > 0 && approval.required > approvers) {
    yield { path: ['approval', 'required'], message: `${approval.required} approvals can't come from ${approvers} ${approvers === 1 ? 'person' : 'people'}` };
  }
}

/** Those of the approvers that are teams. */
export function teamsIn({ approvers }: Pick<Approval, 'approvers'>): readonly string[] {
  return approvers.filter((approver) => approver.includes('/'));
}

function isPlaceholder(found: string): boolean {
  return placeholders.some((name) => name === found);
}
