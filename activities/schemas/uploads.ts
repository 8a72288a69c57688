import { Readable } from 'node:stream';
import { schemaFolder } from '../../domain/schemas/plan.ts';
import { refusal } from '../../domain/schemas/refusal.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import { checksumsOf } from '../../ports/artifacts/checksum.ts';
import { sameContent } from '../../ports/artifacts/store.ts';
import { effect } from '../effect.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { openProgress } from '../release/progress.ts';
import { assertWanted, beating } from '../../ports/pulse.ts';
import { createSchemaStock, schemaFileKey } from './stock.ts';
import type { SchemaWork } from './stock.ts';

export type Uploaded = { readonly kind: 'uploaded'; readonly names: readonly string[] } | SchemaRefusal;

interface Upload {
  readonly name: string;
  readonly content: Buffer;
}

/** What makes a version one that can be migrated from: its schema files in the bucket's `schemas/`. Nothing is ever taken away from there. */
export function createSchemaUploads(ports: Pick<Ports, 'artifacts' | 'forge' | 'tellProgress'>) {
  const { artifacts } = ports;
  const { currentSchemas } = createSchemaStock(ports);

  /**
   * Uploads the version's schemas as they are at the commit that was built, those that are not there yet. Refused where it has written none of them,
   * in this attempt or an earlier one.
   *
   * @throws `Conflict` when it has, and others are there with another content
   */
  async function uploadSchemas(work: SchemaWork): Promise<Uploaded> {
    const { plan } = work;
    const current = await currentSchemas(work);
    if (current.kind === 'refused') return current;
    const uploads: Upload[] = [];
    const others: string[] = [];
    let begun = false;
    for (const { name, content } of current.schemas) {
      const upload = { name: schemaFolder + name, content };
      const there = await artifacts.find(plan.rules.bucket, upload.name);
      begun ||= there?.key === schemaFileKey(work);
      if (there && !sameContent(there, checksumsOf(upload.content))) others.push(upload.name);
      uploads.push(upload);
    }
    const reason = `${plan.rules.bucket} holds other schemas of ${plan.version}`;
    if (others.length > 0 && begun) throw neverRetry('Conflict', `${reason}: ${others.join(', ')}`);
    if (others.length > 0) return refusal(reason, others);
    const progressed = openProgress(ports.tellProgress);
    const ofBytes = uploads.reduce((sum, { content }) => sum + content.length, 0);
    let [files, bytes] = [0, 0];
    for (const upload of uploads) {
      assertWanted();
      await uploadOne(work, upload);
      [files, bytes] = [files + 1, bytes + upload.content.length];
      progressed({ what: 'published', files, of: uploads.length, bytes, ofBytes });
    }
    return { kind: 'uploaded', names: uploads.map(({ name }) => name) };
  }

  async function uploadOne(work: SchemaWork, { name, content }: Upload): Promise<void> {
    const { bucket } = work.plan.rules;
    const sums = checksumsOf(content);
    await effect({
      key: `schema ${bucket}/${name}`,
      lagMs: 0,
      probe: async () => {
        const there = await artifacts.find(bucket, name);
        if (there && !sameContent(there, sums)) throw neverRetry('Conflict', `${bucket}/${name} exists with another content: it will not be overwritten`);
        return there;
      },
      act: () => artifacts.create({ ...sums, bucket, name, key: schemaFileKey(work), contentType: 'application/json', content: () => Readable.from([content]) }),
    });
  }

  return { uploadSchemas: beating(uploadSchemas) };
}
