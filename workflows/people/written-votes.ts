import type { FoundVote } from '../../activities/people/written-votes.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { Session } from '../release/session.ts';
import { unless } from '../release/race.ts';
import type { Stage } from '../../domain/stages/rules.ts';

interface VoteListening {
  /** ISO 8601, to the second: since when the release carries its candidate. */
  readonly since: string;
  readonly hear: (vote: FoundVote) => void;
}

/** Hears what people write about a stage on the release's pull request: the truth from the forge, whoever has woken it. */
export function listenTo({ plan, status, work, wakes }: Session<PassagePlan>, stage: Stage, { since, hear }: VoteListening) {
  const known: string[] = [];

  const look = (search: { readonly known?: readonly string[] }) =>
    work.findVotes(
      {
        repository: plan.deployedFrom.repository,
        number: status.get().pullRequest!.number,
        stage: stage.name,
        stages: plan.stages.map(({ name }) => name),
        approvers: stage.approval!.approvers,
        candidate: plan.candidate,
        since,
        ...search,
      },
      `look for votes on ${stage.name}`,
    );

  function take(votes: readonly FoundVote[]): void {
    for (const vote of votes) {
      known.push(vote.id);
      hear(vote);
    }
  }

  return {
    /** What has been written so far. */
    async soFar(): Promise<void> {
      take(await look({}));
    },
    /** What is written from now on, for as long as the stage is open. */
    async while(open: () => boolean): Promise<void> {
      while (open()) take(await unless(() => wakes.wakeable(() => look({ known: [...known] })), () => (open() ? undefined : [])));
    },
  };
}
