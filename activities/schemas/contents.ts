import { anySchemaReader } from '../../domain/schemas/convention.ts';
import { contentChanges, listed } from '../../domain/schemas/contents.ts';
import type { ArchiveContents, ArchivedSchema, ContentChanges } from '../../domain/schemas/contents.ts';
import { archiveOf, archiveVersion } from '../../domain/schemas/plan.ts';
import type { ContentsRequest } from '../../domain/schemas/request.ts';
import type { SchemaRules } from '../../domain/schemas/rules.ts';
import { compareVersions } from '../../domain/schemas/version.ts';
import type { ArchivedFile } from '../../ports/artifacts/listing.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import { schemasIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { largestArchive, listReadableTarball, listTarball } from './tarball.ts';

/** Looks into tarballs. Writes nothing. */
export function createSchemaContents({ catalog, artifacts }: Pick<Ports, 'catalog' | 'artifacts'>) {
  /** What the tarball of a version holds, and what has changed since the one of the version before. @throws `InvalidInput` where it can't be read */
  async function listSchemaArchive({ component, version }: ContentsRequest): Promise<ArchiveContents> {
    const { schemas: rules } = schemasIn(await catalog.read(), component);
    const { name, url } = archiveOf(rules, version);
    const artifact = await artifacts.find(rules.bucket, name);
    if (!artifact) return { kind: 'absent', archive: name };
    if (artifact.size > largestArchive) throw neverRetry('InvalidInput', `${name} has ${artifact.size} bytes: more than are read (${largestArchive})`);
    const { files, sha256 } = await listTarball(artifacts, artifact);
    const schemas = schemasOf(rules, files);
    const changes = await changesSince(rules, version, schemas);
    const { key, size } = artifact;
    return { kind: 'listed', archive: name, url, size, sha256, ...(key !== undefined && { by: key }), ...listed(schemas), ...(changes && { changes }) };
  }

  async function changesSince(rules: SchemaRules, version: ContentsRequest['version'], schemas: readonly ArchivedSchema[]): Promise<ContentChanges | undefined> {
    const before = (await artifacts.list(rules.bucket, archiveOf(rules, 'v').name.replace(/v\.tar\.gz$/, '')))
      .flatMap((artifact: Artifact) => {
        const of = archiveVersion(artifact.name);
        return of !== undefined && compareVersions(of, version) < 0 && artifact.size <= largestArchive ? [{ of, artifact }] : [];
      })
      .toSorted((a, b) => compareVersions(b.of, a.of));
    for (const { artifact } of before) {
      // One that is damaged says nothing: the one before it does.
      const old = await listReadableTarball(artifacts, artifact);
      if (old) return contentChanges(artifact.name, schemasOf(rules, old), schemas);
    }
    return undefined;
  }

  return { listSchemaArchive };
}

function schemasOf({ names }: SchemaRules, files: readonly ArchivedFile[]): readonly ArchivedSchema[] {
  const read = anySchemaReader(names);
  return files.map((file) => ({ ...file, ...read(file.name) }));
}
