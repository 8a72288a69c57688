import type { Report } from '../../activities/release/reports.ts';
import type { Work } from './work.ts';

/**
 * Tells transitions in threads of the chat. A thread's first message is remembered here: the chat's lists may not show it yet when
 * the next transition comes.
 */
export function openThreads(work: Work): (report: Report) => Promise<void> {
  const roots = new Map<string, string>();
  return async (report) => {
    const root = roots.get(report.thread);
    const told = await work.report({ ...report, ...(root && { root }) }, `tell of ${report.transition}`);
    if (told) roots.set(report.thread, told.root);
  };
}
