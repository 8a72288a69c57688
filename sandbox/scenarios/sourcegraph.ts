import { putByPerson } from '../gcs/objects.ts';
import { importCommits } from '../git/import.ts';
import { addPassedCi } from '../github/ci/ci.ts';
import { addRepository, cloneUrl, reloadRefs } from '../github/code/repository.ts';
import type { World } from '../world/state.ts';
import { allReleased, fewReleased, releasedFiles, schemaText, tarballOf } from './released-schemas.ts';
import type { ReleasedSchemas } from './released-schemas.ts';

const bucket = 'schemas-migrations';
const branches = ['main', '5.2', '5.1'];
const checks = ['bazel', 'migrator-image'];
const histories = { all: allReleased, few: fewReleased } as const;

/** 2023-09-01 09:00 UTC */
const epoch = 1_693_558_800;
const author = { name: 'Robin Vermeer', email: 'robin@example.com', time: epoch };

export interface SourcegraphOptions {
  /** What the bucket holds: the schemas of a hundred versions in their real size, or four small ones. */
  readonly released?: keyof typeof histories | undefined;
}

/** Sourcegraph's repository, and the bucket with the database schemas of the versions that were released before. */
export async function buildSourcegraph(world: World, { released = 'all' }: SourcegraphOptions = {}) {
  const history = histories[released];
  const [main = ''] = branches;
  const repository = await addRepository(world, { fullName: 'sourcegraph/sourcegraph', defaultBranch: main, ci: { workflow: 'ci.yml', checks, contexts: [] } });
  const { createdAt } = repository;
  repository.workflows.push({ id: world.nextId(), name: 'CI', file: 'ci.yml', inputs: {}, runNameInput: undefined, createdAt });
  repository.workflows.push({ id: world.nextId(), name: 'Release', file: 'release.yml', inputs: { VERSION: { required: true }, release_key: { required: true } }, runNameInput: 'release_key', createdAt });
  const files = releasedFiles(history);
  const archives = history.archived ? await archivesOf(history, files) : {};
  for (const branch of branches) {
    await importCommits(repository.gitDir, branch, [{ author, message: `Start ${branch}\n`, files: filesOf(branch, history, archives) }]);
  }
  await reloadRefs(repository);
  for (const branch of branches) {
    addPassedCi(world, repository, { sha: repository.refs.get(`refs/heads/${branch}`) ?? '', branch });
    repository.protections.set(branch, { requiredChecks: checks, strict: false, requiredReviews: 0, dismissStaleReviews: true, mergeQueue: false, restricts: [], rulesetChecks: [] });
  }
  world.state.channels.set('releases', { id: 'C0SANDBOX1', name: 'releases', messages: [] });
  const objects = Object.entries(files).map(([name, text]) => [`schemas/${name}`, text] as const);
  const tarballs = Object.entries(archives).map(([version, { content }]) => [archiveName(version), content] as const);
  await putByPerson(await world.gcs.emulator(), { bucket, files: Object.fromEntries<string | Buffer>([...objects, ...tarballs]) });
  return {
    bucket,
    versions: history.versions,
    repositories: { [repository.fullName]: { branch: main, head: repository.refs.get(`refs/heads/${main}`), cloneUrl: cloneUrl(world, repository) } },
    channels: { '#releases': 'C0SANDBOX1' },
  };
}

type Archives = Readonly<Record<string, Awaited<ReturnType<typeof tarballOf>>>>;

/** By version: the tarballs that builds of the branches take. */
async function archivesOf({ versions, taken, partsOf, nameOf }: ReleasedSchemas, files: Readonly<Record<string, string>>): Promise<Archives> {
  const made: [string, Awaited<ReturnType<typeof tarballOf>>][] = [];
  for (const version of new Set(Object.values(taken))) {
    const names = versions.slice(0, versions.indexOf(version) + 1).flatMap((one) => partsOf(one).map((part) => nameOf(one, part)));
    made.push([version, await tarballOf(Object.fromEntries(names.sort().map((name) => [name, files[name] ?? ''])))]);
  }
  return Object.fromEntries(made);
}

function filesOf(branch: string, { taken, partsOf, sizeOf, versions }: ReleasedSchemas, archives: Archives): Record<string, string> {
  const version = taken[branch] ?? '';
  const parts = partsOf(versions.at(-1) ?? '');
  return {
    'README.md': `# Sourcegraph ${branch}\n`,
    ...Object.fromEntries(parts.map((part) => [`internal/database/schema${part}.json`, schemaText(part, { of: `the next release of ${branch}`, bytes: sizeOf(part, 1) })])),
    'internal/database/migrations.go': 'package database\n',
    'tools/release/schema_deps.bzl': depsFile(version, archives[version]?.sha256 ?? '5e1c2c6ad4f0c6d1b7d1a9d8a3b9b0c4e5f60718293a4b5c6d7e8f9012345678'),
  };
}

const archiveName = (version: string) => `dist/schemas-${version}.tar.gz`;

const depsFile = (version: string, sha256: string) => `"""The database schemas of every released version, for the migrator."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_file")

def schema_deps():
    # Rewritten by every release.
    http_file(
        name = "schemas_archive",
        urls = ["https://storage.googleapis.com/schemas-migrations/${archiveName(version)}"],
        sha256 = "${sha256}",
    )
    http_file(
        name = "another_archive",
        urls = ["https://example.com/another.tar.gz"],
        sha256 = "0000000000000000000000000000000000000000000000000000000000000000",
    )
`;
