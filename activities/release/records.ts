import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { History, historyRequest } from '../../domain/inspection/history-request.ts';
import { idsFor, partsOf } from '../../domain/release/kinds.ts';
import type { ReleaseRecord } from '../../domain/release/record.ts';
import { isRecordOf, newestNames, recordName } from '../../domain/release/record.ts';
import { effect } from '../effect.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';

export function createPastReleases({ records }: Pick<Ports, 'records'>) {
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

  /** The newest records that are asked for, newest first. */
  async function pastReleases({ component, release, limit }: z.output<typeof historyRequest>): Promise<History> {
    if (!records) return { kind: 'notKept' };
    const ids = release === undefined ? [] : idsFor(release);
    const of = ids.map(partsOf)[0]?.component ?? component;
    const names = (await records.names(of)).filter((name) => release === undefined || ids.some((id) => isRecordOf(name, { release: id, component: of! })));
    const found = await Promise.all(newestNames(names).slice(0, limit).map((name) => records.read(name)));
    return { kind: 'records', records: found.filter((record) => record !== undefined) };
  }

  return { keepRecord: beating(keepRecord), pastReleases };
}
