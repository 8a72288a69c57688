import { isDeepStrictEqual } from 'node:util';
import type { ReleaseRecord } from '../../domain/release/record.ts';
import { recordName } from '../../domain/release/record.ts';
import { effect } from '../effect.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';

export function createRecords({ records }: Pick<Ports, 'records'>) {
  /** Keeps what became of a release, where records are kept at all. */
  async function keepRecord(record: ReleaseRecord): Promise<void> {
    if (!records) return;
    const name = recordName(record);
    await effect({
      key: `record ${name}`,
      lagMs: 0,
      probe: async () => (isDeepStrictEqual(await records.read(name), record) ? true : undefined),
      act: () => records.write(name, record),
    });
  }

  return { keepRecord: beating(keepRecord) };
}
