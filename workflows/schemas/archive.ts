import { yourLogin } from '../../domain/people/person.ts';
import { ActivityFailure } from '@temporalio/common';
import type { ArchiveAnswer, ArchiveWork, MadeArchive } from '../../activities/schemas/archives.ts';
import type { Stock } from '../../activities/schemas/stock.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Progress } from '../../domain/release/progress.ts';
import { shown } from '../../domain/schemas/refusal.ts';
import { overwriteWord } from '../../domain/schemas/request.ts';
import type { Undo } from '../release/compensation.ts';
import { insist } from '../people/obligations.ts';
import { Stop } from '../release/stop.ts';
import { doubt } from './asking.ts';
import type { SchemaRelease } from './session.ts';
import { accepted as unlessRefused, takeStock } from './stock.ts';

/** What a tarball is to be made from. */
export interface Ingredients {
  /** As it was seen; the bucket may change meanwhile. */
  readonly stock: Stock;
  /** The commit whose schemas are the version's, if it is not the candidate. */
  readonly from?: Sha;
}

type Different = Extract<ArchiveAnswer, { kind: 'different' }>;

/** The tarball: made, made again, and taken back. What stands in its place is overwritten only when somebody has confirmed it. */
export function openArchive(release: SchemaRelease) {
  const { plan, key, status, work, reporter } = release;
  let leave: Pick<ArchiveWork, 'replaces' | 'replaced'> = {};
  let confirmed = plan.overwrite;
  let used = false;
  let made = false;
  /** Versions that may be gone. */
  let accepted = '';

  async function put({ stock, from }: Ingredients, more: Pick<ArchiveWork, 'repairs'> = {}): Promise<MadeArchive | Different> {
    for (;;) {
      const progress: Progress = { what: 'fetched', files: 0, of: stock.files, bytes: 0, ofBytes: stock.size };
      status.enter('gathering', { next: `upload ${plan.archive}`, progress });
      const given = { plan, key, ...(from !== undefined && { from }), ...leave, ...more };
      const answer = unlessRefused(await work.makeArchive(given, `make ${plan.archive}`));
      switch (answer.kind) {
        case 'made':
          made = true;
          await confirmGone(answer);
          reporter.tell({ name: 'archive', line: `uploaded ${plan.archive}: ${answer.entries} files, ${answer.size} bytes` });
          return answer;
        case 'different':
          return answer;
        case 'underWay':
          await takeStock(release, from);
          break;
        case 'occupied':
          if (!confirmed) await confirmOverwriting(release, answer);
          confirmed = false;
          leave = { replaces: answer.generation, replaced: { size: answer.size, crc32c: answer.crc32c } };
      }
    }
  }

  /** A tarball that lacks what the one before it had is hardly meant: nobody could migrate from there any more. */
  async function confirmGone({ changes }: MadeArchive): Promise<void> {
    const went = changes?.went.join(', ') ?? '';
    if (!changes || went === '' || went === accepted) return;
    await doubt(release, `${plan.rules.bucket} lacks the schemas of ${shown(changes.went).join(', ')} now, which ${changes.since} has`, ['goOn']);
    accepted = went;
  }

  async function make(ingredients: Ingredients): Promise<MadeArchive> {
    return (await put(ingredients)) as MadeArchive;
  }

  /** What was overwritten, by whichever run of this release, is not needed any more. */
  async function forgetPrevious(): Promise<void> {
    try {
      await work.forgetPrevious({ plan, key }, `remove what ${plan.archive} has replaced`);
    } catch (failure) {
      if (!(failure instanceof ActivityFailure)) throw failure;
      status.owe(`remove the copy of the overwritten ${plan.archive}`);
    }
  }

  return {
    make,

    /** Makes it; registers how it is taken back. */
    begin(ingredients: Ingredients, register: (undo: Undo) => void): Promise<MadeArchive> {
      register({
        what: `the tarball ${plan.archive}`,
        act: async () => {
          if (used) {
            await forgetPrevious();
            return { stays: `${plan.archive}: ${plan.into} uses it` };
          }
          const given = { plan, key, ...leave, ...(made && { made }) } as const;
          const answer = await work.withdrawArchive(given, `take back ${plan.archive}`);
          if (answer.kind === 'used') return { stays: `${plan.archive}: ${answer.branch} uses it` };
          return answer.kind === 'nothing' ? { nothing: true } : {};
        },
      });
      return insist(release, `the upload of ${plan.archive}`, () => make(ingredients));
    },

    /** Puts it there if it is what builds expect, never to be taken back. */
    repair: (stock: Stock, sha256: string) => put({ stock }, { repairs: sha256 }),

    /** The pull request is merged, by whomever: from now on builds depend on it. */
    markUsed(): void {
      used = true;
    },

    forgetPrevious,
  };
}

async function confirmOverwriting({ plan, status, confirmations, reporter }: SchemaRelease, { generation, size }: { generation: string; size: number }): Promise<void> {
  const { releasers } = plan.rules;
  const whom = releasers ?? ['somebody'];
  const send = [{ message: 'confirm', payload: { item: 'overwrite', by: yourLogin, text: overwriteWord } }];
  status.enter('confirmation', { waitingFor: { what: `a confirmation: ${plan.archive} exists with another content (${size} bytes, generation ${generation})`, whom, send } });
  reporter.tell({ name: 'exists', line: `${plan.archive} exists with another content: waits for a confirmation that it be overwritten`, wanted: { whom: releasers ?? [], send } });
  const { by, text } = await confirmations.receive({ item: 'overwrite', by: releasers });
  if (text !== overwriteWord) throw new Stop({ kind: 'notOverwritten', archive: plan.archive, by });
}
