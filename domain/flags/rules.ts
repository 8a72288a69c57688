import { z } from 'zod';
import { deployedRule } from '../environments/deployed-rule.ts';
import { duration } from '../text/duration.ts';
import { percentages } from './setting.ts';
import { healthCheck } from '../stages/health-check.ts';
import { soakRule } from '../stages/soak-rule.ts';
import { label, login, name, path, repository, workflowFile } from '../text/names.ts';
import { defaultPercentages, defaultSoak, fallbackPolicies } from './steps.ts';

const staging = z.strictObject({
  environment: name,
  testers: z.array(login).min(1).optional().describe('Who may say that it was tested; anybody, if nobody is named.'),
  soak: duration.prefault('1d').describe('Healthy, observed time that must pass before production.'),
  health: z.array(healthCheck).prefault([]),
  smoke: z
    .strictObject({ repository, workflow: workflowFile })
    .optional()
    .describe('A CI workflow of which a run must have passed since the flag was turned on there.'),
});

const production = z.strictObject({
  environment: name,
  steps: percentages.prefault([...defaultPercentages]).describe('Percentages of actors. 100 and then true always follow.'),
  soak: soakRule.optional().transform((rule) => rule ?? defaultSoak).describe('How long each step is watched: a duration, or by exposure.'),
  health: z.array(healthCheck).prefault([]),
  whenUnhealthy: z.enum(fallbackPolicies).prefault('hold').describe('What to do with the flag when a step is not healthy, or has no data.'),
  whenRolledBack: z.enum(['hold', 'off']).prefault('off').describe('What to do with the flag when a deployment without its code lands.'),
});

/** How the feature flags of a component are rolled out. */
export const flagRules = z.strictObject({
  prefix: z.string().regex(/^[a-z][a-z0-9_]*_$/, 'must be lower-case letters, digits and underscores, ending with an underscore'),
  operators: z.array(login).min(1).optional().describe('Who may advance, hold, resume, jump and abort; anybody, if nobody is named.'),
  staging: staging.optional(),
  production,
  deployed: deployedRule.prefault({ kind: 'deployment' }).describe("How production's deployed hash is known, at which the version file pins the component."),
  issues: z.strictObject({
    repository,
    labels: z.array(label).prefault([]),
    template: path.optional().describe('The rollout issue\'s text in that repository; {flag} and {component} are filled in.'),
    milestone: z.string().min(1).optional().describe('Of the issue that asks for the removal of the flag.'),
    defaultEnable: z.strictObject({ milestone: z.string().min(1).optional() }).optional().describe('Opens an issue of its own, with a milestone of its own, that asks for the flag to be on by default: a step before its removal.'),
  }),
  incidents: z
    .strictObject({ repository, label })
    .optional()
    .describe('While an issue with this label is open, no flag is raised.'),
});

export type FlagRules = z.output<typeof flagRules>;
