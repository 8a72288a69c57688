import type { z } from 'zod';
import type { History, historyRequest } from '../../domain/inspection/history-request.ts';
import { idsFor, partsOf } from '../../domain/release/kinds.ts';
import { isRecordOf, newestNames } from '../../domain/release/record.ts';
import type { Ports } from '../../ports/ports.ts';

export function createHistory({ records }: Pick<Ports, 'records'>) {
  /** The newest records that are asked for, newest first. */
  async function pastReleases({ component, release, limit }: z.output<typeof historyRequest>): Promise<History> {
    if (!records) return { kind: 'notKept' };
    const ids = release === undefined ? [] : idsFor(release);
    const of = ids.map(partsOf)[0]?.component ?? component;
    const names = (await records.names(of)).filter((name) => release === undefined || ids.some((id) => isRecordOf(name, { release: id, component: of! })));
    const found = await Promise.all(newestNames(names).slice(0, limit).map((name) => records.read(name)));
    return { kind: 'records', records: found.filter((record) => record !== undefined) };
  }

  return { pastReleases };
}
