import { ActivityFailure } from '@temporalio/common';
import type { MadeArchive } from '../../activities/schemas/archives.ts';
import type { Stock } from '../../activities/schemas/stock.ts';
import type { Progress } from '../../domain/release/progress.ts';
import { overwriteWord } from '../../domain/schemas/request.ts';
import type { Undo } from '../release/compensation.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';
import { Stop } from '../release/stop.ts';

/** The tarball: made, made again, and taken back. What stands in its place is overwritten only when somebody has confirmed it. */
export function openArchive(release: SchemaRelease) {
  const { plan, key, status, work, reporter } = release;
  let replaces: string | undefined;
  let confirmed = plan.overwrite;
  let used = false;
  const given = () => ({ plan, key, ...(replaces !== undefined && { replaces }) });

  /** @param stock what it will be made from, unless the bucket changes meanwhile */
  async function remade(stock: Stock): Promise<MadeArchive> {
    for (;;) {
      const progress: Progress = { what: 'fetched', files: 0, of: stock.files, bytes: 0, ofBytes: stock.size };
      status.enter('gathering', { next: `upload ${plan.archive}`, progress });
      const answer = accepted(await work.makeArchive(given(), `make ${plan.archive}`));
      if (answer.kind === 'made') {
        reporter.tell({ name: 'archive', line: `uploaded ${plan.archive}: ${answer.entries} files, ${answer.size} bytes` });
        return answer;
      }
      if (!confirmed) await overwriting(release, answer);
      confirmed = false;
      replaces = answer.generation;
    }
  }

  return {
    remade,

    made(stock: Stock, register: (undo: Undo) => void): Promise<MadeArchive> {
      register({
        what: `the tarball ${plan.archive}`,
        act: async () => {
          if (used) return { stays: `${plan.archive}: ${plan.base} uses it` };
          await work.withdrawArchive(given(), `remove ${plan.archive}`);
          return {};
        },
      });
      return remade(stock);
    },

    /** The pull request is merged, by whomever: from now on builds depend on it. */
    isUsed(): void {
      used = true;
    },

    /** What was overwritten is not needed any more. */
    async previousForgotten(): Promise<void> {
      if (replaces === undefined) return;
      try {
        await work.forgetPrevious(given(), `remove what ${plan.archive} has replaced`);
      } catch (failure) {
        if (!(failure instanceof ActivityFailure)) throw failure;
        status.owed(`remove the copy of the overwritten ${plan.archive}`);
      }
    },
  };
}

async function overwriting({ plan, status, confirmations, reporter }: SchemaRelease, { generation, size }: { generation: string; size: number }): Promise<void> {
  const { releasers } = plan.rules;
  const whom = releasers ?? ['somebody'];
  status.enter('confirmation', {
    waitingFor: {
      what: `a confirmation: ${plan.archive} exists with another content (${size} bytes, generation ${generation})`,
      whom,
      send: [{ message: 'confirm', payload: { overwrite: overwriteWord, by: whom[0]! } }],
    },
  });
  reporter.tell({ name: 'exists', line: `${plan.archive} exists with another content: waits for a confirmation that it be overwritten` });
  const answer = await confirmations.confirmed(releasers);
  if (!answer.yes) throw new Stop({ kind: 'notOverwritten', archive: plan.archive, ...(answer.by && { by: answer.by }) });
}
