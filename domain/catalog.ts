import { z } from 'zod';
import { flagRules } from './flags/rules.ts';
import { channel, name } from './text/names.ts';
import { unknownName } from './text/nearest-name.ts';
import { schemaRules } from './schemas/rules.ts';
import type { Contradiction } from './text/contradiction.ts';
import { stage, stageContradictions } from './stages/rules.ts';
import { environment } from './environments/rules.ts';
import { downstream, source } from './component/rules.ts';
import { pace } from './release/pace.ts';
import { promotionRules } from './promotion/rules.ts';
import { versionRules } from './versions/rules.ts';

const component = z.strictObject({
  source,
  downstream,
  stages: z.array(stage).min(1),
  chat: z.strictObject({
    progress: channel.describe('One thread a release.'),
    team: channel.describe('Where failures are reported.'),
  }),
  flags: flagRules.optional().describe('How its feature flags are rolled out.'),
  versions: versionRules.optional().describe('How its versions are released.'),
});

export const catalogSchema = z
  .strictObject({
    version: z.literal(1),
    pace: pace.prefault({}),
    environments: z.record(name, environment),
    components: z.record(name, component),
    schemas: z.record(name, schemaRules).prefault({}).describe('Components whose database schemas are released.'),
    promotion: z.record(name, promotionRules).prefault({}).describe('Components whose commits stage runs, and that are promoted from there to production.'),
  })
  .superRefine((catalog, context) => {
    for (const { path, message } of contradictions(catalog)) context.addIssue({ code: 'custom', path, message });
  });

/** `slipway.yaml` as Slipway uses it: defaults filled in, durations in milliseconds. */
export type Catalog = z.output<typeof catalogSchema>;
export type Component = Catalog['components'][string];

/** What is well-formed piece by piece and still can't work. */
function* contradictions(catalog: Pick<Catalog, 'environments' | 'components'>): Generator<Contradiction> {
  const heads = new Map<string, string>();
  for (const [component, { downstream, stages, flags, versions }] of Object.entries(catalog.components)) {
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
    const named = [
      { at: ['flags', 'staging'], environment: flags?.staging?.environment },
      { at: ['flags', 'production'], environment: flags?.production.environment },
      { at: ['versions', 'production'], environment: versions?.production.environment },
    ];
    for (const { at, environment } of named) {
      if (environment === undefined || Object.hasOwn(catalog.environments, environment)) continue;
      yield { path: ['components', component, ...at, 'environment'], message: unknownName('environment', environment, Object.keys(catalog.environments)) };
    }
  }
}
