import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../activities/index.ts';
import type { MadeArchive } from '../../../activities/schemas/archives.ts';
import type { Stock } from '../../../activities/schemas/stock.ts';
import { catalogSchema } from '../../../domain/catalog.ts';
import type { ReleaseRecord } from '../../../domain/release/record.ts';
import type { SchemaCut, SchemaPlan } from '../../../domain/schemas/plan.ts';
import { agreeOnSchemas } from '../../../domain/schemas/plan.ts';
import type { SchemaRequest, UploadRequest } from '../../../domain/schemas/request.ts';
import type { SchemaRules } from '../../../domain/schemas/rules.ts';
import type { SchemaVersion } from '../../../domain/schemas/version.ts';
import { shaOf } from '../../shas.ts';

const catalog = catalogSchema.parse({
  version: 1,
  // Time is skipped only while somebody waits for a result.
  pace: { poll: '100ms', sample: '100ms', retry: '50ms' },
  environments: {},
  components: { migrator: { schemas: { repository: 'org/product', bucket: 'schemas-migrations', releasers: ['alice', 'bob'] }, chat: { progress: '#releases' } } },
});

export function planOf(request: SchemaRequest | UploadRequest, rules: Partial<SchemaRules> = {}, cut: Partial<SchemaCut> = {}): SchemaPlan {
  const { schemas, chat } = catalog.components.migrator!;
  return agreeOnSchemas({ pace: catalog.pace, rules: { ...schemas!, ...rules }, chat }, { request, base: request.base ?? 'main', candidate: shaOf('c'), date: '2024-01-15T09:00:00Z', ...cut });
}

/** What the bucket holds, one file a version. */
export function stockOf(versions: readonly SchemaVersion[]): Stock {
  return { kind: 'ready', files: versions.length, size: 100 * versions.length, versions, digest: versions.join(' ') };
}

export interface ScriptedSchemas {
  readonly activities: Activities;
  /** Every activity that was run, but reports and records: "mergePullRequest ddd…". */
  readonly calls: string[];
  /** What people were told in the thread of the release. */
  readonly lines: string[];
  readonly records: ReleaseRecord[];
  /** The versions in the bucket; a tarball is made from those that are there at that moment. */
  readonly bucket: SchemaVersion[];
}

/** A bucket, a pull request and a build in memory, which do well where the script says nothing. The real ones are tested elsewhere. */
export function scriptedSchemas(plan: SchemaPlan, script: Partial<Activities> = {}): ScriptedSchemas {
  const calls: string[] = [];
  const lines: string[] = [];
  const records: ReleaseRecord[] = [];
  const bucket: SchemaVersion[] = ['v5.1.0', 'v5.2.0'];
  let head = shaOf('d');
  const well = {
    planSchemas: async () => plan,
    takeStock: async () => stockOf([...bucket]),
    makeArchive: async (): Promise<MadeArchive> => ({ kind: 'made', generation: '1', sha256: sha256Of(bucket), size: 1_000, entries: bucket.length + 1, stock: stockOf([...bucket]) }),
    withdrawArchive: async () => ({ kind: 'removed' }),
    forgetPrevious: async () => undefined,
    openSchemaPullRequest: async () => ({ kind: 'opened', number: 7, url: 'https://forge/org/product/pull/7', head }),
    amendSchemaPullRequest: async () => ({ kind: 'opened', number: 7, url: 'https://forge/org/product/pull/7', head: (head = shaOf('e')) }),
    withdrawSchemaPullRequest: async () => ({ kind: 'withdrawn', number: 7 }),
    releaseBuild: async () => ({ kind: 'green' }),
    callOffReleaseBuilds: async () => [],
    mergeOutlook: async () => ({ kind: 'clear' }),
    approvePullRequest: async () => 'nobody',
    differingRelease: async () => undefined,
    uploadSchemas: async () => ({ kind: 'uploaded', names: [`schemas/${plan.version}.json`] }),
    mergePullRequest: async () => ({ kind: 'merged', sha: shaOf('f') }),
    enqueuePullRequest: async () => ({ kind: 'queued' }),
    mergedBySomebody: async () => {
      throw ApplicationFailure.create({ type: 'NotYet', message: 'open' });
    },
    report: async ({ line }) => {
      lines.push(line);
    },
    announce: async () => undefined,
    keepRecord: async (record) => void records.push(record),
  } satisfies Partial<Activities>;
  const activities = Object.fromEntries(
    Object.entries({ ...well, ...script }).map(([name, run]) => [
      name,
      async (input: { sha?: string; replaces?: string }) => {
        const detail = input.sha?.slice(0, 3) ?? input.replaces;
        if (!['report', 'announce', 'keepRecord'].includes(name)) calls.push(detail ? `${name} ${detail}` : name);
        return (run as (input: object) => Promise<unknown>)(input);
      },
    ]),
  ) as unknown as Activities;
  return { activities, calls, lines, records, bucket };
}

export function sha256Of(versions: readonly SchemaVersion[]): string {
  return Buffer.from(versions.join(' ')).toString('hex').padEnd(64, '0').slice(0, 64);
}
