import type { Sha } from '../../domain/code/commit.ts';
import { lineOf, stableBranch } from '../../domain/code/stable-branch.ts';
import { kinds } from '../../domain/release/kinds.ts';
import type { LineState, VersionLines } from '../../domain/versions/lines.ts';
import { compareVersions, isFinal, versionOfTag, versionText } from '../../domain/versions/version.ts';
import type { Version } from '../../domain/versions/version.ts';
import { componentIn, versionedIn } from '../../ports/catalog/entries.ts';
import type { Tag } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { runningCode } from '../environments/running-code.ts';
import { runningLine } from './running-line.ts';

/** So many lines are shown. */
const mostLines = 10;

interface TaggedVersion {
  readonly version: Version;
  readonly commit: Sha;
}

/** Tells how a component's versions stand. Reads only. */
export function createVersionLines({ catalog: source, forge, git, environments, releases }: Pick<Ports, 'catalog' | 'forge' | 'git' | 'environments' | 'releases'>) {
  const { runs } = runningCode({ forge, environments });
  const { runningBranch } = runningLine({ forge, git, environments });

  /** @throws `InvalidInput` for a component without versions */
  async function listVersions({ component }: { readonly component: string }): Promise<VersionLines> {
    const catalog = await source.read();
    const { code, versions } = versionedIn(catalog, component);
    const { pin } = componentIn(catalog, component);
    const repository = versions.repository ?? code.canonical;
    const refs = await git.refs(repository);
    const tagged = refs.tags.flatMap(taggedVersion).toSorted((a, b) => compareVersions(b.version, a.version));
    const { environment } = versions.production;
    const sha = await runs({ component, source: repository, ...(pin && { pin: pin }), ...versions.production });
    const running = sha === undefined ? undefined : await runningBranch(catalog, component, refs);
    const onBranch = running?.kind === 'branch' ? running.branch : code.branch;
    const stable = Object.keys(refs.branches)
      .flatMap((branch) => lineOf(branch) ?? [])
      .toSorted((a, b) => b.major - a.major || b.minor - a.minor);

    const lines: LineState[] = [];
    for (const line of [undefined, ...stable.slice(0, mostLines)]) {
      const branch = line ? stableBranch(line) : code.branch;
      const head = refs.branches[branch];
      if (head === undefined) continue;
      const own = line ? tagged.filter(({ version }) => version.major === line.major && version.minor === line.minor) : tagged;
      const newest = await highestIn(repository, own, head);
      const since = newest && (await git.log(repository, { from: newest.commit, to: head })).length;
      lines.push({ branch, head, ...(newest && { newest: versionText(newest.version) }), unreleased: since ?? 0, isRunning: sha !== undefined && branch === onBranch });
    }
    const version = sha === undefined ? undefined : await highestIn(repository, tagged, sha);
    return {
      component,
      repository,
      lines,
      ...(stable.length > mostLines && { more: stable.length - mostLines }),
      production: { environment, ...(sha !== undefined && { sha }), ...(version && { version: versionText(version.version) }) },
      owed: await owedBy(component),
    };
  }

  /** The highest of the versions, highest first, that a commit has. */
  async function highestIn(repository: string, tagged: readonly TaggedVersion[], commit: Sha): Promise<TaggedVersion | undefined> {
    // Of the highest ones a handful is enough: those that it lacks are newer than it is.
    for (const one of tagged.slice(0, mostLooked)) if ((await git.mergeBase(repository, one.commit, commit)) === one.commit) return one;
    return undefined;
  }

  async function owedBy(component: string): Promise<VersionLines['owed']> {
    const found: VersionLines['owed'][number][] = [];
    for (const { prefix } of [kinds.version, kinds.security, kinds.backports]) {
      for (const release of await releases.begun(`${prefix}${component}/`)) {
        if (!(await releases.isRunning(release))) continue;
        found.push(...((await releases.status(release))?.owes ?? []).map((owes) => ({ release, ...owes })));
      }
    }
    return found;
  }

  return { listVersions: beating(listVersions) };
}

/** More than a line has of versions that are not on a branch below it. */
const mostLooked = 25;

function taggedVersion({ name, commit }: Tag): readonly TaggedVersion[] {
  const version = versionOfTag(name);
  // The tags by the clock would be the highest of their lines, and say nothing.
  return version && (isFinal(version) || version.candidate! < 1_000_000_000) ? [{ version, commit }] : [];
}
