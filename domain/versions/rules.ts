import { z } from 'zod';
import { deployedRule } from '../environments/deployed-rule.ts';
import { contradictions as publishContradictions, rule as publishRule } from '../stages/mechanisms/workflow.ts';
import { approval } from '../stages/rules.ts';
import { interval } from '../text/duration.ts';
import { label, login, name, path, repository } from '../text/names.ts';

const numbers = z
  .tuple([z.int().min(1), z.int().max(999_999_999)])
  .refine(([first, last]) => first <= last, 'the first number must not be higher than the last')
  .readonly();

const versionFile = z.strictObject({
  path,
  pattern: z
    .string()
    .refine((text) => text.split('{version}').length === 2, 'must hold {version} once')
    .optional()
    .describe("The line that states the version, such as \"VERSION = '{version}'\"; without it the file holds nothing else."),
});

const changelog = z.strictObject({
  file: path.prefault('CHANGELOG.md'),
  trailer: z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a trailer such as "Changelog"').prefault('Changelog').describe('The trailer of a commit that says which group it belongs to.'),
  groups: z
    .record(z.string().regex(/^[^A-Z]+$/, 'must be in lower case: the case of a trailer does not matter'), z.string().min(1))
    .prefault({ added: 'Added', fixed: 'Fixed', changed: 'Changed', deprecated: 'Deprecated', removed: 'Removed', security: 'Security', performance: 'Performance', other: 'Other' })
    .describe("From a trailer's value to the heading of its group, in the order of the groups."),
});

/** How the versions of a component are released. */
export const versionRules = z.strictObject({
  repository: repository.optional().describe('Where versions are tagged; unless told otherwise, the canonical one.'),
  files: z.array(versionFile).min(1).prefault([{ path: 'VERSION' }]).describe('The files that state the version. Of the first one, a candidate in use is known, too.'),
  changelog: changelog.prefault({}),
  mergeBack: z.enum(['merge', 'changelogOnly']).prefault('merge').describe('How the default branch learns of a major or minor: the tagged commit is merged into it, or only its changelog is written there, too.'),
  candidates: z
    .strictObject({ developers: numbers.prefault([1, 39]), product: numbers.prefault([40, 49]) })
    .prefault({})
    .refine(({ developers, product }) => developers[1] < product[0] || product[1] < developers[0], 'the ranges must not share numbers')
    .describe("First and last number of candidates, by who asks for one: the component's developers, or the product that ships it."),
  production: z.strictObject({ environment: name, deployed: deployedRule.prefault({ kind: 'deployment' }) }).describe('The environment whose commit majors and minors are made of.'),
  approval: approval.optional().describe('The release managers, who approve a major, minor or patch that somebody starts by hand.'),
  product: z
    .strictObject({
      repository: repository.optional().describe('Of the product; unless told otherwise, the one that pins the component.'),
      suffix: z.string().regex(/^(-[a-z0-9]+)?$/, 'must be like "-ee"').prefault('').describe("What the product's tags end with."),
      schedule: interval.prefault('5m').describe('How often it is looked for new ones.'),
    })
    .optional()
    .describe('The product that ships it: each of its tags releases the version of that name.'),
  backports: z
    .strictObject({
      label: label.describe('A merged pull request that carries it is picked onto the stable branch that production runs.'),
      schedule: interval.prefault('5m').describe('How often it is looked for some.'),
    })
    .optional(),
  package: z
    .strictObject({
      registry: z.enum(['rubygems', 'npm']),
      url: z.url({ protocol: /^https?$/ }).describe('Of the registry.'),
      name: z.string().regex(/^(@[\w.-]+\/)?[\w.-]+$/, 'must be the name of a package'),
      publish: publishRule.describe('The workflow that publishes it. It is dispatched on the tag.').superRefine((publish, context) => {
        for (const { path, message } of publishContradictions(publish)) context.addIssue({ code: 'custom', path: [...path], message });
      }),
    })
    .optional()
    .describe('What is published of a version besides the release.'),
  security: z
    .strictObject({
      repository: repository.optional().describe('Where fixes are made before anybody may know of them; unless told otherwise, the mirror.'),
      lines: z.int().min(0).max(20).prefault(3).describe('How many of the newest lines get a security release, besides the default branch.'),
      template: path.prefault('.github/ISSUE_TEMPLATE/Security Release.md').describe('The template that the issue of a security release is made from.'),
    })
    .optional()
    .describe('A second repository, which nobody sees, for security releases.'),
  experimental: z
    .strictObject({
      repository: repository.describe('Where a tag that is pushed is tested, built and published.'),
      package: z.string().refine((text) => text.includes('{version}'), 'must hold {version}').describe('Where the package is then, such as "https://packages.example/unstable/gitaly_{version}.deb".'),
      requiredChecks: z.array(z.string().min(1)).prefault([]).describe('Checks that must be among the green ones there.'),
    })
    .optional()
    .describe('Builds of a version before anybody may rely on it.'),
  downstream: z
    .strictObject({
      maintainers: z.array(login).min(1).describe('Who reviews it, once its build is green: one of them is assigned.'),
      requiredChecks: z.array(z.string().min(1)).prefault([]).describe('Checks that must be among the green ones of its build.'),
    })
    .optional()
    .describe('The pull request by which the product takes a candidate, where somebody asks for it. It changes what "pin" names.'),
  requiredChecks: z.array(z.string().min(1)).prefault([]).describe("Checks that must be among the green ones of a tag's pipeline."),
});

export type VersionRules = z.output<typeof versionRules>;
