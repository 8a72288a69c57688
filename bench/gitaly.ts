import assert from 'node:assert/strict';
import { createVersionPlanning } from '../activities/versions/planning.ts';
import type { PlanVersionRequest } from '../activities/versions/planning.ts';
import { catalogSchema } from '../domain/catalog.ts';
import { nextCandidate } from '../domain/versions/candidate-number.ts';
import { changelogOf, sectionBody } from '../domain/versions/changelog/changelog.ts';
import { sectionOf, versionsIn, withSection } from '../domain/versions/changelog/changelog-file.ts';
import { registrySpelling } from '../domain/versions/packages/package-version.ts';
import type { VersionPlan } from '../domain/versions/plan.ts';
import { versionWrites } from '../domain/versions/plan.ts';
import { versionOf, versionOfTag, versionText } from '../domain/versions/version.ts';
import type { Git, Refs } from '../ports/git/git.ts';
import type { Ports } from '../ports/ports.ts';
import { cloneGit } from './clone-git.ts';

const name = 'gitlab-org/gitaly';
const catalog = catalogSchema.parse({
  version: 1,
  environments: { production: {} },
  components: {
    gitaly: {
      code: { canonical: name, mirror: 'gitlab-org-security/gitaly' },
      pin: { repository: 'gitlab-org/gitlab', versionFile: 'GITALY_SERVER_VERSION', head: 'release/gitaly', title: 'Update Gitaly version' },
      versions: { production: { environment: 'production' }, files: [{ path: 'VERSION' }, { path: 'ruby/proto/gitaly/version.rb', pattern: "VERSION = '{version}'" }] },
    },
  },
});
const rules = catalog.components['gitaly']!.versions!;

/** What is different from how the clone has it now: a moment of its past. */
interface Moment {
  readonly refs?: (now: Refs) => Refs;
  readonly runs?: string;
  readonly files?: typeof rules.files;
}

/**
 * Runs what `docs/versions.md` promises on Gitaly's real history. Writes nothing into the clone.
 *
 * `<clone>`: a clone of Gitaly with its branches and tags, up to 16.7.0 at least.
 */
export async function benchGitaly([clone = '']: readonly string[]): Promise<void> {
  if (clone === '') throw new Error('usage: npm run bench -- gitaly <clone>');
  const git = cloneGit(clone);
  const now = await git.refs(name);
  const commitOf = (tag: string) => now.tags.find((one) => one.name === tag)?.commit ?? assert.fail(`the clone has no tag ${tag}`);
  const changelog = async (from: string, to: string) => changelogOf(await git.log(name, { from: commitOf(from), to: commitOf(to) }), rules.changelog);
  const short = (groups: ReturnType<typeof changelogOf>['groups']) => groups.map(({ title, entries }) => `${title}: ${entries.map(({ sha }) => sha.slice(0, 9)).join(' ')}`);

  const examples: Readonly<Record<string, () => Promise<void>>> = {
    'the changelog of 16.7.0': async () =>
      assert.deepEqual(short((await changelog('v16.6.0', 'v16.7.0')).groups), ['Fixed: ef536e76a 9ae8aeb85 d06cb5f42', 'Deprecated: 7662d15bb 2b4be0e17 5d396c61c', 'Performance: dd4ea4388 105f6dd81']),
    '15.11.13, made after 16.2.1, stands below 16.0.0': async () => {
      const file = (await git.read(name, commitOf('v16.2.1'), 'CHANGELOG.md')) ?? '';
      const order = versionsIn(withSection(file, { version: versionOf('15.11.13'), date: '2023-07-27', body: 'No changes.' })).map(versionText);
      assert.deepEqual(order.slice(order.indexOf('16.0.0'), order.indexOf('16.0.0') + 3), ['16.0.0', '15.11.13', '15.11.12']);
    },
    'no trailers, no changes, and still a section (16.6.1)': async () => {
      assert.equal(sectionBody(await changelog('v16.6.0', 'v16.6.1'), String), 'No changes.\n');
      assert.equal(sectionOf((await git.read(name, commitOf('v16.6.1'), 'CHANGELOG.md')) ?? '', versionOf('16.6.1'))?.body, 'No changes.\n');
    },
    'a trailer outside the last paragraph is warned about (45e18fa39)': async () => {
      const all = await git.log(name, { to: commitOf('v16.7.0') });
      const stray = all.filter(({ sha }) => sha.startsWith('45e18fa39'));
      const { groups, warnings } = changelogOf(stray, rules.changelog);
      assert.deepEqual([stray.length, groups.length, warnings.length], [1, 0, 1]);
    },
    '13.4.0, asked for again after its tag, writes nothing': async () => assert.deepEqual(versionWrites(await planned('13.4.0')), []),
    'an existing stable branch is used as it is (16.7.0)': async () => {
      const stable = commitOf('v16.7.0-rc44');
      const base = await git.mergeBase(name, now.branches['master']!, stable);
      const plan = await planned('16.7.0', { runs: base!, files: [rules.files[0]!], refs: (refs) => ({ branches: { ...refs.branches, '16-7-stable': stable }, tags: refs.tags.filter((tag) => tag.name !== 'v16.7.0') }) });
      assert.deepEqual([plan.branchAt, plan.commit?.parent, plan.previous], [stable, stable, '16.6.2']);
    },
    'the next candidates of 16.2.0 are rc5 and rc46': async () => {
      const used = now.tags.flatMap((tag) => versionOfTag(tag.name) ?? []);
      const next = (['developers', 'product'] as const).map((asker) => nextCandidate(versionOf('16.2.0'), used, asker, rules.candidates));
      assert.deepEqual(next.map((one) => (one.kind === 'free' ? versionText(one.version) : one.reason)), ['16.2.0-rc5', '16.2.0-rc46']);
    },
    '12.9.0-rc4 is one commit of two version files on the head': async () => {
      const head = (await git.log(name, { to: commitOf('v12.9.0-rc4'), limit: 1 }))[0]!.parents[0]!;
      assert.ok(head.startsWith('b69d49998'));
      const then = (refs: Refs): Refs => ({ branches: { ...refs.branches, master: head }, tags: refs.tags.filter((tag) => /^v(\d|1[01])\.|^v12\.[0-8]\.|^v12\.9\.0-rc[123]$/.test(tag.name)) });
      const plan = await planned('12.9.0-rc4', { refs: then });
      assert.deepEqual([plan.branch, plan.commit?.parent, plan.commit?.paths], ['master', head, ['VERSION', 'ruby/proto/gitaly/version.rb']]);
      for (const path of plan.commit!.paths) assert.equal(await git.read(name, plan.target, path), await git.read(name, commitOf('v12.9.0-rc4'), path));
      assert.equal(registrySpelling.rubygems(versionOf('12.9.0-rc4')), '12.9.0.pre.rc4');
    },
  };

  async function planned(version: string, { refs = (same) => same, runs, files = rules.files }: Moment = {}): Promise<VersionPlan> {
    const then: Git = { ...git, refs: async () => refs(now) };
    const ports = {
      catalog: { read: async () => ({ ...catalog, components: { gitaly: { ...catalog.components['gitaly']!, versions: { ...rules, files } } } }) },
      git: then,
      forge: { commits: { find: async (_: string, sha: string) => ({ sha, url: sha }) }, deployments: { current: async () => undefined } },
      environments: { record: async () => ({ deployed: runs === undefined ? {} : { gitaly: { candidate: runs, since: '2020-01-01T00:00:00Z' } } }) },
    } as unknown as Pick<Ports, 'catalog' | 'forge' | 'git' | 'environments'>;
    const request: PlanVersionRequest = { component: 'gitaly', version, asker: 'developers' };
    const plan = await createVersionPlanning(ports).planVersion(request);
    return plan.kind === 'version' ? plan : assert.fail(JSON.stringify(plan));
  }

  let failed = 0;
  for (const [what, holds] of Object.entries(examples)) {
    const began = performance.now();
    const why = await holds().then(() => undefined, (error: unknown) => (failed++, error instanceof Error ? error.message : String(error)));
    console.log(`${why === undefined ? 'holds' : 'FAILS'}  ${what} (${Math.round(performance.now() - began)} ms)${why === undefined ? '' : `\n${why}`}`);
  }
  if (failed > 0) process.exitCode = 1;
}
