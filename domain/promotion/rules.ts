import { z } from 'zod';
import { timeZone } from '../environments/calendar.ts';
import { healthCheck } from '../stages/health-check.ts';
import { stage } from '../stages/rules.ts';
import { branch, channel, login, name, repository, workflowFile } from '../text/names.ts';
import { duration } from '../text/duration.ts';
import type { Contradiction } from '../text/contradiction.ts';
import { unknownName } from '../text/nearest-name.ts';
import { oneLine, sentence } from '../text/short-text.ts';

const status = oneLine.describe('A status of a ticket, by its name, in any case.');

const health = z.strictObject({ name, health: healthCheck.describe('Looked at once; "{sha}" in a query is the commit.') });
const ask = z.strictObject({ name, ask: sentence.describe('What somebody has to look at, and confirm.') });
const workload = z.strictObject({
  name: oneLine.describe('Of the workload, in the cluster.'),
  application: oneLine.describe('The application of the cluster that it belongs to.'),
  namespace: oneLine,
  kind: z.enum(['Rollout', 'Deployment']).prefault('Rollout'),
});
const run = z.strictObject({
  name,
  workflow: workflowFile.describe('A CI workflow that has to pass for the commit.'),
  how: z.enum(['dispatch', 'tagRun']).prefault('dispatch').describe('Whether it is dispatched, or is started by the push of a tag. One that can\'t be dispatched is followed as a tag\'s.'),
  inputs: z.record(z.string(), z.string()).prefault({}).describe('Of a dispatch; one must carry {key}, and the run name must show it. May use {sha}, {version}, {environment}.'),
});

/** How a component that stage runs from every commit gets to production. */
export const promotionRules = z.strictObject({
  repository,
  branch: branch.prefault('main').describe('Stage runs its commits; releases are made of them.'),
  timeZone: timeZone.prefault('UTC').describe('Whose days name the releases.'),
  preRelease: z
    .strictObject({
      at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as "05:00"').prefault('05:00').describe('Monday to Friday, by the clocks of the time zone.'),
    })
    .prefault({}),
  onTag: z.array(workflowFile).prefault([]).describe('CI workflows that the push of a tag starts, and that are waited for.'),
  engineer: login.optional().describe('The base-load engineer: is told when everything in a pre-release was ticked.'),
  image: z
    .strictObject({
      name: z.string().regex(/^[a-z0-9][\w./-]*$/, 'must be the name of an image in the registry').describe('Built from every commit, and tagged with its first 7 digits.'),
      tags: z.record(name, z.string().min(1)).prefault({}).describe('By environment: the tag by which it is deployed there, such as "prod-{version}".'),
    })
    .optional(),
  stage: name.optional().describe('The environment that runs every commit.'),
  sync: oneLine.optional().describe('The application of the cluster that brings images to stage: `resync` has it look at once.'),
  notice: duration.prefault('7d').describe('How long production may go without a release before people are told; "0s" for ever.'),
  requiredChecks: z.array(z.string().min(1)).prefault([]).describe('Where any check is named, these alone decide on a commit.'),
  production: stage.optional().describe('How a release gets to production. {version} is its name.'),
  previews: z.array(stage).prefault([]).describe('Environments that take any commit that stage has run. {version} is its first 7 digits.'),
  qa: z
    .strictObject({
      projects: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be a project\'s key such as "MNTOR"')).min(1),
      approved: z.array(status).min(1).describe('Statuses in which QA has approved a ticket.'),
      exempt: z.array(z.string().min(1)).prefault([]).describe('Authors whose pull requests need no ticket, such as "dependabot[bot]".'),
      promoted: z.strictObject({ from: z.array(status).min(1), to: z.array(status).min(1).describe('The first one that a ticket can be moved to.') }).optional(),
    })
    .optional()
    .describe('Where QA says what it has approved. Without it, ticks and people do.'),
  gates: z.array(z.union([run, health, ask])).prefault([]).describe('What has to hold on stage before a release goes to production.'),
  checklist: z.array(z.strictObject({ name, about: sentence })).prefault([]).describe('What is done by hand where a release needs environment variables; two different people confirm each.'),
  secretsGrace: duration.prefault('5m').describe('How long new secrets take to be found: the deployment starts that long after the last confirmation.'),
  restart: z.array(z.union([workload, ask])).prefault([]).describe('What is restarted after new environment variables where no deployment follows them.'),
  sanity: z.array(z.union([health, ask])).prefault([]).describe('What has to hold in production after a deployment.'),
  mergeMethod: z.enum(['merge', 'squash', 'rebase']).prefault('merge').describe('How pull requests of reverts are merged.'),
  nearDays: z.int().min(1).max(90).prefault(14).describe('How many days a release\'s name may be away from today.'),
  chat: z.strictObject({
    progress: channel.describe('Where people hear of pre-releases and of releases.'),
    hotfixes: channel.optional().describe('Where people hear that a hotfix is deployed, besides.'),
  }),
});

export type PromotionRules = z.output<typeof promotionRules>;
export type PromotionGate = PromotionRules['gates'][number];

/** What is well-formed, and can't work. */
export function* promotionContradictions({ production, previews, stage: runsAll, image, gates, sanity, checklist, restart }: PromotionRules): Generator<Contradiction> {
  const targets = [...(production ? [production] : []), ...previews];
  if (targets.length > 0 && runsAll === undefined) yield { path: ['stage'], message: 'missing: only what stage has run is deployed further' };
  const environments = targets.map(({ environment }) => environment);
  for (const environment of Object.keys(image?.tags ?? {})) {
    if (!environments.includes(environment)) yield { path: ['image', 'tags', environment], message: unknownName('environment', environment, environments) };
  }
  for (const [list, items] of Object.entries({ gates, sanity, checklist, restart })) {
    for (const [index, item] of items.entries()) {
      if (items.findIndex((other) => other.name === item.name) < index) yield { path: [list, index, 'name'], message: `"${item.name}" appears twice` };
    }
  }
  for (const [index, gate] of gates.entries()) {
    if ('workflow' in gate && gate.how === 'dispatch' && !Object.values(gate.inputs).some((template) => template.includes('{key}'))) {
      yield { path: ['gates', index, 'inputs'], message: 'one input must carry {key}, by which a lost run is found again; or say "how": "tagRun"' };
    }
  }
}
