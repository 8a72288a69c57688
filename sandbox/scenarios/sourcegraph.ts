import { putByPerson } from '../gcs/objects.ts';
import { importCommits } from '../git/import.ts';
import { addPassedCi } from '../github/ci.ts';
import { addRepository, cloneUrl, reloadRefs } from '../github/repository.ts';
import type { World } from '../state.ts';

const bucket = 'schemas-migrations';
const branches = ['main', '5.2', '5.1'];
const versions = ['v5.1.0', 'v5.1.2222', 'v5.2.0', 'v5.2.1093'];
const parts = ['', '.codeintel', '.codeinsights'];
const checks = ['bazel', 'migrator-image'];

/** 2023-09-01 09:00 UTC */
const epoch = 1_693_558_800;
const author = { name: 'Robin Vermeer', email: 'robin@example.com', time: epoch };

/** Sourcegraph's repository, and the bucket with the database schemas of the versions that were released before. */
export async function buildSourcegraph(world: World) {
  const [main = ''] = branches;
  const repository = await addRepository(world, { fullName: 'sourcegraph/sourcegraph', defaultBranch: main, ci: { workflow: 'ci.yml', checks, contexts: [] } });
  repository.workflows.push({ id: world.nextId(), name: 'CI', file: 'ci.yml', inputs: {}, runNameInput: undefined, createdAt: repository.createdAt });
  for (const branch of branches) {
    await importCommits(repository.gitDir, branch, [{ author, message: `Start ${branch}\n`, files: filesOf(branch) }]);
  }
  await reloadRefs(repository);
  for (const branch of branches) {
    addPassedCi(world, repository, { sha: repository.refs.get(`refs/heads/${branch}`) ?? '', branch });
    repository.protections.set(branch, { requiredChecks: checks, strict: false, requiredReviews: 0, dismissStaleReviews: true, mergeQueue: false, restricts: [], rulesetChecks: [] });
  }
  world.state.channels.set('releases', { id: 'C0SANDBOX1', name: 'releases', messages: [] });
  await putByPerson(await world.gcs.emulator(), { bucket, files: published() });
  return {
    bucket,
    versions,
    repositories: { [repository.fullName]: { branch: main, head: repository.refs.get(`refs/heads/${main}`), cloneUrl: cloneUrl(world, repository) } },
    channels: { '#releases': 'C0SANDBOX1' },
  };
}

function filesOf(branch: string): Record<string, string> {
  return {
    'README.md': `# Sourcegraph ${branch}\n`,
    ...Object.fromEntries(parts.map((part) => [`internal/database/schema${part}.json`, schema(part, `the next release of ${branch}`)])),
    'internal/database/migrations.go': 'package database\n',
    'tools/release/schema_deps.bzl': depsFile(branch === '5.1' ? 'v5.1.2222' : 'v5.2.1093'),
  };
}

function published(): Record<string, string> {
  return Object.fromEntries(versions.flatMap((version) => parts.map((part) => [`schemas/${version}-internal_database.schema${part}.json`, schema(part, version)])));
}

function schema(part: string, of: string): string {
  return `${JSON.stringify({ Extensions: [], Enums: [], Functions: [], Tables: [{ Name: `repo${part.replace('.', '_')}`, Comment: `as in ${of}` }] }, null, 2)}\n`;
}

const depsFile = (version: string) => `"""The database schemas of every released version, for the migrator."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_file")

def schema_deps():
    # Rewritten by every release.
    http_file(
        name = "schemas_archive",
        urls = ["https://storage.googleapis.com/schemas-migrations/dist/schemas-${version}.tar.gz"],
        sha256 = "5e1c2c6ad4f0c6d1b7d1a9d8a3b9b0c4e5f60718293a4b5c6d7e8f9012345678",
    )
    http_file(
        name = "another_archive",
        urls = ["https://example.com/another.tar.gz"],
        sha256 = "0000000000000000000000000000000000000000000000000000000000000000",
    )
`;
