import { yourLogin } from '../../../domain/people/person.ts';
import type { StageWatchRequest } from '../../../domain/promotion/request.ts';
import { withNews } from '../../../domain/promotion/stage-watch.ts';
import type { StageNews, StageWatchPlan } from '../../../domain/promotion/stage-watch.ts';
import type { Audience } from '../../release/reporting.ts';
import type { Session } from '../../release/session.ts';
import { now } from '../../release/status.ts';

/** What one run of the following hands to the next. */
export type StageKnowledge = Omit<StageWatchRequest, 'component'>;

/** Shows for what it waits, and why that takes so long. */
export function show({ status, plan: { stage, branch, application, image } }: Session<StageWatchPlan>, { seen, late }: StageKnowledge): void {
  status.change({ seen: [...seen] });
  const send = application === undefined ? [] : [{ message: 'resync', payload: { by: yourLogin } }];
  const why = late === undefined ? '' : late === 'red' ? ': its checks are red' : late === 'unbuilt' ? `: there is no image ${image}` : ': its image is not taken up';
  status.enter('deployment', { waitingFor: { what: `${stage} to run another commit of ${branch}${why}`, ...(late !== undefined && { whom: ['whoever runs it'] }), send } });
}

/** Tells of the news. */
export function take({ reporter, plan: { stage, component } }: Session<StageWatchPlan>, known: StageKnowledge, news: StageNews): StageKnowledge {
  const at = now();
  const { late: _, asked, ...rest } = known;
  const seen = [...withNews(known.seen, news, at)];
  const tell = (line: string, urgent?: true) => reporter.tell({ name: 'sha' in news ? `${short(news.sha)}-${news.kind}` : news.kind, line, ...(urgent && { urgent }) });
  switch (news.kind) {
    case 'moved':
      tell(`${stage} runs ${short(news.sha)} ${news.title}${news.digest === undefined ? '' : ` (${news.digest.slice(0, 19)})`}`);
      return { ...rest, seen };
    case 'built': {
      const before = known.seen.at(-1)?.digest;
      if (before !== undefined) tell(`${short(news.sha)}, which ${stage} runs, was built again: its image was ${before.slice(0, 19)}, and is ${news.digest.slice(0, 19)} now`);
      return { ...known, seen };
    }
    case 'checked':
      if (news.checks === 'red') tell(`${short(news.sha)}, which ${stage} runs, is red: ${news.told}`, true);
      return { ...known, seen };
    case 'late':
      tell(`${short(news.sha)} ${news.title} has not come to ${stage}: ${news.told}`, true);
      return { ...rest, late: news.why, ...(asked !== undefined && { asked }) };
    case 'quiet':
      tell(`no release of ${component} has come to production for ${news.days} days: the last is ${news.latest}`, true);
      return { ...known, noticed: at };
  }
}

function short(sha: string): string {
  return sha.slice(0, 7);
}

/** Each thing is a message of its own, and known by its time: it comes again, in this run or in a later one. */
export function audiencesOf({ plan: { id, component, channel }, work }: Session<StageWatchPlan>): readonly Audience[] {
  return [
    {
      name: channel,
      hear({ name, line }) {
        const announcement = { channel, key: `${id}/${name}/${now()}`, text: `${component}: ${line}` };
        return () => work.announce(announcement, `announce ${name}`);
      },
    },
  ];
}
