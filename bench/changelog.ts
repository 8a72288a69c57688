import { changelogOf } from '../domain/versions/changelog/changelog.ts';
import { sectionOf, versionsIn } from '../domain/versions/changelog/changelog-file.ts';
import { previousVersion } from '../domain/versions/line.ts';
import { versionRules } from '../domain/versions/rules.ts';
import { compareVersions, versionOf, versionOfTag, versionText } from '../domain/versions/version.ts';
import type { Version } from '../domain/versions/version.ts';
import { cloneGit } from './clone-git.ts';

/**
 * Compares the rule of the changelog with what a project's own `CHANGELOG.md` says of each of its tagged versions: the groups, and the commits in each, in their order.
 *
 * `<clone> [<first version>]`: a clone with tags; versions from this one on, for the time before which the project had another rule.
 */
export async function benchChangelog([clone = '', first = '0.0.0']: readonly string[]): Promise<void> {
  if (clone === '') throw new Error('usage: npm run bench -- changelog <clone> [<first version>]');
  const git = cloneGit(clone);
  const { tags } = await git.refs('clone');
  const tagged = tags.flatMap(({ name, commit }) => {
    const version = versionOfTag(name);
    return version ? [{ version, commit }] : [];
  });
  const versions = tagged.map(({ version }) => version);
  const wanted = tagged.filter(({ version }) => version.candidate === undefined && compareVersions(version, versionOf(first)) >= 0).toSorted((one, other) => compareVersions(one.version, other.version));
  const newest = wanted.at(-1);
  if (!newest) throw new Error(`${clone} has no tag of a version from ${first} on`);
  const file = (await git.read('clone', newest.commit, 'CHANGELOG.md')) ?? '';
  const rules = versionRules.parse({ production: { environment: 'production' } }).changelog;

  const began = performance.now();
  const differing: string[] = [];
  const untold: string[] = [];
  for (const { version, commit } of wanted) {
    const own = sectionOf(file, version);
    if (!own) {
      untold.push(versionText(version));
      continue;
    }
    const previous = previousVersion(version, versions);
    const from = previous && tagged.find((one) => one.version === previous)?.commit;
    const { groups } = changelogOf(await git.log('clone', { from, to: commit }), rules);
    const ours = groups.map(({ title, entries }) => `${title}: ${entries.map(({ sha }) => sha.slice(0, 9)).join(' ')}`);
    const theirs = sectionsOf(own.body);
    if (ours.join('\n') !== theirs.join('\n')) differing.push(told(version, previous, { ours, theirs }));
  }
  const compared = wanted.length - untold.length;
  console.log(`${compared - differing.length} of ${compared} versions have the changelog that the rule says (${Math.round(performance.now() - began)} ms)`);
  if (untold.length > 0) console.log(`${untold.length} tagged versions have no section: ${untold.join(', ')}`);
  console.log(`${versionsIn(file).length} sections in all\n`);
  for (const one of differing) console.log(one);
}

/** "Fixed: ef536e76a 9ae8aeb85", a line a group. */
function sectionsOf(body: string): readonly string[] {
  return body
    .split(/^### /m)
    .slice(1)
    .map((group) => `${(group.split('\n', 1)[0] ?? '').replace(/ \(\d+ changes?\)$/, '')}: ${[...group.matchAll(/[@/]([0-9a-f]{40})\)/g)].map(([, sha = '']) => sha.slice(0, 9)).join(' ')}`);
}

function told(version: Version, previous: Version | undefined, { ours, theirs }: { readonly ours: readonly string[]; readonly theirs: readonly string[] }): string {
  const only = (some: readonly string[], others: readonly string[]) => some.filter((line) => !others.includes(line)).map((line) => `    ${line}`);
  return [`${versionText(version)} (since ${previous ? versionText(previous) : 'the beginning'})`, '  the rule:', ...only(ours, theirs), '  the project:', ...only(theirs, ours)].join('\n');
}
