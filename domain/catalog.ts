import { z } from 'zod';
import { flagRules } from './flags/rules.ts';
import { longestLabel, name } from './text/names.ts';
import { branchClash } from './code/branch-clash.ts';
import type { NamedBranch } from './code/branch-clash.ts';
import { unknownName } from './text/nearest-name.ts';
import { schemaRules } from './schemas/rules.ts';
import { formerly } from './text/mistakes.ts';
import type { Contradiction } from './text/contradiction.ts';
import { stage, stageContradictions } from './stages/rules.ts';
import type { Stage } from './stages/rules.ts';
import { environment } from './environments/rules.ts';
import { takingBackBranch } from './component/plan.ts';
import { pin } from './component/rules.ts';
import { pace } from './release/pace.ts';
import { promotionContradictions, promotionRules } from './promotion/rules.ts';
import { versionRules } from './versions/rules.ts';
import { code } from './code/rules.ts';
import { chat, people } from './release/chat.ts';
import { accountContradictions, accounts } from './people/accounts.ts';

/** What is released. Each thing that can be done with it is a capability, which has rules of its own. */
const component = z.strictObject(
  {
    code: code.optional().describe('Where its commits come from.'),
    pin: pin.optional().describe('The file downstream that says which commit is used. Without one a release goes from its green commit straight to its stages.'),
    stages: z.array(stage).min(1).default([]).describe('In the order in which a release goes through them.'),
    flags: flagRules.optional().describe('How its feature flags are rolled out.'),
    schemas: schemaRules.optional().describe('How its database schemas are released.'),
    versions: versionRules.optional().describe('How its versions are released.'),
    promotion: promotionRules.optional().describe('How its commits that stage runs are promoted from there to production.'),
    chat: chat.optional().describe('Where people follow its releases; nobody is told, if not given.'),
  },
  formerly({ source: () => 'is called "code" now', downstream: () => 'is called "pin" now' }),
);

export const catalogSchema = z
  .strictObject(
    {
      version: z.literal(1),
      pace: pace.prefault({}),
      environments: z.record(name, environment),
      components: z.record(name, component),
      people: people.prefault({}),
      accounts: accounts.optional(),
    },
    formerly({ schemas: movedTo('schemas'), promotion: movedTo('promotion') }),
  )
  .superRefine((catalog, context) => {
    // Who has called a capability otherwise is told that, and not that it is missing.
    if (context.issues.length > 0) return;
    for (const { path, message } of contradictions(catalog)) context.addIssue({ code: 'custom', path, message });
  });

/** Where the rules of several components that once stood in a list of their own belong. */
function movedTo(capability: string): (rules: unknown) => string {
  const places = (rules: unknown) => Object.keys(Object(rules)).map((one) => `components.${one}.${capability}`);
  return (rules) => `is a capability of its component now: ${places(rules).join(', ') || `components.<name>.${capability}`}`;
}

/** `slipway.yaml` as Slipway uses it: defaults filled in, durations in milliseconds. */
export type Catalog = z.output<typeof catalogSchema>;
export type Component = Catalog['components'][string];

/** What is well-formed piece by piece and still can't work. */
function* contradictions(catalog: Pick<Catalog, 'environments' | 'components' | 'accounts'>): Generator<Contradiction> {
  for (const { path, message } of catalog.accounts ? accountContradictions(catalog.accounts) : []) yield { path: ['accounts', ...path], message };
  yield* branchContradictions(catalog);
  for (const [component, one] of Object.entries(catalog.components)) {
    const { pin, stages, flags, versions, promotion } = one;
    for (const { path, message } of unfounded(one)) yield { path: ['components', component, ...path], message };
    if (versions?.product && !pin) yield { path: ['components', component, 'versions', 'product'], message: 'needs a "pin": the file that says which commit the product ships' };
    if (versions?.downstream && !pin) yield { path: ['components', component, 'versions', 'downstream'], message: 'needs a "pin": the file that it changes' };
    if (versions?.security && (versions.security.repository ?? one.code?.mirror) === (versions.repository ?? one.code?.canonical)) {
      yield { path: ['components', component, 'versions', 'security', 'repository'], message: 'must be another repository than the one that everybody sees' };
    }
    for (const [index, stage] of stages.entries()) {
      const at = ['components', component, 'stages', index];
      const earlier = stages.slice(0, index).some(({ name }) => name === stage.name);
      if (earlier) yield { path: [...at, 'name'], message: `stage "${stage.name}" appears twice` };
      yield* misplaced(catalog, stage, at);
      if (pin && stage.name.length > longestStage) yield { path: [...at, 'name'], message: `must not be longer than ${longestStage}: the pull request gets the label "${labelFamily}${stage.name}", and a label may have ${longestLabel} characters` };
    }
    if (promotion?.production) yield* misplaced(catalog, promotion.production, ['components', component, 'promotion', 'production']);
    for (const [index, preview] of (promotion?.previews ?? []).entries()) yield* misplaced(catalog, preview, ['components', component, 'promotion', 'previews', index]);
    for (const { path, message } of promotion ? promotionContradictions(promotion) : []) yield { path: ['components', component, 'promotion', ...path], message };
    const named = [
      { at: ['flags', 'staging'], environment: flags?.staging?.environment },
      { at: ['flags', 'production'], environment: flags?.production.environment },
      { at: ['versions', 'production'], environment: versions?.production.environment },
    ];
    if (promotion?.stage !== undefined && !Object.hasOwn(catalog.environments, promotion.stage)) {
      yield { path: ['components', component, 'promotion', 'stage'], message: unknownName('environment', promotion.stage, Object.keys(catalog.environments)) };
    }
    for (const { at, environment } of named) {
      if (environment === undefined || Object.hasOwn(catalog.environments, environment)) continue;
      yield { path: ['components', component, ...at, 'environment'], message: unknownName('environment', environment, Object.keys(catalog.environments)) };
    }
  }
}

/** What is wrong with a stage in its environment. */
function* misplaced({ environments }: Pick<Catalog, 'environments'>, stage: Stage, at: readonly (string | number)[]): Generator<Contradiction> {
  if (!Object.hasOwn(environments, stage.environment)) {
    yield { path: [...at, 'environment'], message: unknownName('environment', stage.environment, Object.keys(environments)) };
  }
  for (const { path, message } of stageContradictions(stage, environments[stage.environment]?.assurance)) yield { path: [...at, ...path], message };
}

/** Capabilities that lack what they stand on. */
function* unfounded({ code, pin, stages, flags, schemas, versions, promotion }: Component): Generator<Contradiction> {
  if (!pin && stages.length === 0 && !schemas && !versions && !promotion) {
    yield { path: [], message: 'nothing can be released of it: it needs "code" with "stages", a "pin" or "versions", or else "schemas" or "promotion"' };
  }
  const standing = [pin && '"pin"', stages.length > 0 && '"stages"', flags && '"flags"', versions && '"versions"'].filter((capability) => typeof capability === 'string');
  if (!code && standing.length > 0) yield { path: ['code'], message: `missing: it says where the commits come from, for ${standing.join(' and ')}` };
}

const labelFamily = 'workflow::';
const longestStage = longestLabel - labelFamily.length;

interface PlacedBranch extends NamedBranch {
  readonly path: readonly PropertyKey[];
}

/** Branches that can't be there beside one another, and files that two components would pin. */
function* branchContradictions({ components }: Pick<Catalog, 'components'>): Generator<Contradiction> {
  const branches = Object.entries(components).flatMap(([name, component]) => branchesOf(name, component));
  const told = new Set<string>();
  for (const [index, ours] of branches.entries()) {
    // One key may stand for several branches.
    if (told.has(ours.path.join('.'))) continue;
    // Of two that are Slipway's the later one is told.
    const clash = branches.map((other, at) => (at === index || (other.isOurs && at > index) ? undefined : branchClash(ours, other))).find((why) => why !== undefined);
    if (clash === undefined) continue;
    told.add(ours.path.join('.'));
    yield { path: [...ours.path], message: clash };
  }
  const files = new Map<string, string>();
  for (const [name, { pin }] of Object.entries(components)) {
    if (!pin) continue;
    const file = `${pin.repository.toLowerCase()} ${pin.branch} ${pin.versionFile}`;
    const other = files.get(file);
    if (other !== undefined) yield { path: ['components', name, 'pin', 'versionFile'], message: `pins "${other}" already` };
    files.set(file, name);
  }
}

function branchesOf(name: string, { code, pin, schemas, promotion }: Component): readonly PlacedBranch[] {
  const at = (capability: string, key: string) => ({ path: ['components', name, capability, key] });
  const base = { isOurs: false, role: `the base branch of "${name}"` };
  const head = { isOurs: true, role: `the branch of "${name}"` };
  return [
    ...(code ? [code.canonical, code.mirror].map((repository) => ({ repository, branch: code.branch, isOurs: false, role: `the branch that "${name}" is developed on`, ...at('code', 'branch') })) : []),
    ...(pin ? [{ repository: pin.repository, branch: pin.branch, ...base, ...at('pin', 'branch') }, ...[pin.head, takingBackBranch(pin)].map((branch) => ({ repository: pin.repository, branch, ...head, ...at('pin', 'head') }))] : []),
    ...(schemas ? [...[schemas.branch, schemas.lineBranch, ...Object.values(schemas.lines)].map((branch) => ({ repository: schemas.repository, branch, ...base, ...at('schemas', 'branch') })), { repository: schemas.repository, branch: schemas.head, ...head, ...at('schemas', 'head') }] : []),
    ...(promotion ? [{ repository: promotion.repository, branch: promotion.branch, ...base, ...at('promotion', 'branch') }] : []),
  ];
}
