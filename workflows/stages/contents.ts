import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { somebodyElse } from '../../domain/environments/contents.ts';
import type { Sighting, ContentStanding } from '../../domain/environments/contents.ts';
import type { Choice } from '../../domain/people/decision.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import type { Passage } from './passage.ts';
import { choosing } from './choices.ts';
import { insist } from '../people/obligations.ts';
import { Stop } from '../release/stop.ts';

/** What goes to an environment in the end, and what it takes the place of. */
export interface Coming {
  readonly sha: Sha;
  /** What runs there now, as far as anybody knows. */
  readonly runs?: Sighting;
  /** It runs there already, and others have brought it: what this release itself has begun it follows to its end. */
  readonly isThere: boolean;
}

/**
 * Looks whether what comes may take the place of what runs there now, by whomever. An environment never goes back unasked: where each
 * lacks something of the other, people say what is to run there. Where it has what comes already, and more, there is nothing to do.
 *
 * @param known how it stands, where nothing has happened since that was looked up
 */
export async function settle(passage: Passage, stage: Stage, sha: Sha, { fence, known }: { readonly fence: number; readonly known: ContentStanding | undefined }): Promise<Coming> {
  const { plan, work, reporter } = passage;
  const { component, deployedFrom: { repository, branch } } = plan;
  const { environment } = stage;
  for (let coming = sha, standing = known; ; standing = undefined) {
    const look = { environment, repository, component, sha: coming, fence };
    const found = standing ?? (await insist(passage, `a look at what ${environment} runs`, () => work.compareContents(look, `compare with what ${environment} runs`)));
    switch (found.kind) {
      case 'free':
        return { sha: coming, isThere: false };
      case 'ahead':
      case 'there':
        return { sha: coming, runs: found.runs, isThere: found.kind === 'there' && found.runs.release !== plan.id };
      case 'behind':
        throw new Stop({ kind: 'superseded', stage: stage.name, by: toldRunning(found.runs) });
      case 'apart': {
        const { choice, by, reason } = await whichOne(passage, stage, found);
        if (choice === 'anyway') return { sha: coming, runs: found.runs, isThere: false };
        const search = { component, repository, branch, candidate: plan.candidate, sha: coming };
        coming = await insist(passage, `the search for the newest commit of ${branch}`, () => work.newestPinning(search, `find the newest commit of ${branch} that pins it`));
        reporter.tell({ name: `${stage.name}-newest-${shortSha(coming)}`, line: `${by} has ${shortSha(coming)} deployed to ${environment}${reason ? `: ${reason}` : ''}` });
      }
    }
  }
}

/** What an environment runs, in a few words. */
export function toldRunning({ sha, release }: Sighting): string {
  return `${shortSha(sha)}, brought by ${release ?? somebodyElse}`;
}

async function whichOne({ questions, status, reporter }: Passage, stage: Stage, { runs, lost }: Extract<ContentStanding, { kind: 'apart' }>): Promise<Choice> {
  const { name, environment } = stage;
  const about = `what ${environment} is to run`;
  const line = `${environment} runs ${toldRunning(runs)}, and would lose ${lost.map(({ sha, title }) => `${shortSha(sha)} ${title}`).join(', ')}`;
  const choices = ['promoteNewest', 'anyway'] as const;
  const before = status.get();
  const send = choosing(choices, name);
  reporter.tell({ name: `${name}-apart-${shortSha(runs.sha)}`, line: `${line}; somebody has to decide`, urgent: true, wanted: { whom: [], send, at: environment } });
  status.enter('deciding', {
    waitingFor: { what: `a decision on ${about}`, whom: ['an operator'], send },
    next: line,
  });
  const answer = await questions.pose({ about, choices, refusal: (given) => unfit(given, name) });
  status.enter(before.state);
  return answer;
}

function unfit({ choice, stage, reason }: Choice, name: string): string | undefined {
  if (stage !== undefined && stage !== name) return `the decision is for stage "${stage}", but to be decided is "${name}"`;
  return choice === 'anyway' && reason === undefined ? 'going back needs a "reason"' : undefined;
}
