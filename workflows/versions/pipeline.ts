import { toldFailures } from '../../domain/code/pipeline.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import { ask } from '../people/asking.ts';
import { insist } from '../people/obligations.ts';
import type { Session } from '../release/session.ts';

type FollowedTag = Pick<VersionPlan, 'repository' | 'target' | 'tag' | 'requiredChecks' | 'pace'>;

/** What CI says of the tag is told, and decided on where it is bad: the tag stays, whatever it is. `none`: nothing has run. */
export async function followPipeline(release: Session, { repository, target, tag, requiredChecks, pace }: FollowedTag): Promise<'passed' | 'accepted' | 'none'> {
  const { work, wakes } = release;
  for (let attempt = 2; ; attempt++) {
    const until = Date.now() + pace.patience;
    const verdict = await insist(release, `the pipeline of ${tag}`, () => wakes.wakeable(() => work.tagPipeline({ repository, target, tag, requiredChecks, until, patience: pace.patience }, `wait for the pipeline of ${tag}`)));
    if (verdict.kind !== 'red') return verdict.kind === 'green' ? 'passed' : 'none';
    const about = `the pipeline of ${tag}, which is red`;
    const { choice } = await ask(release, { about, choices: ['retry', 'accept'], reasoned: ['accept'], told: { name: 'red', line: `${about}: ${toldFailures(verdict.failed)}` } });
    if (choice === 'accept') return 'accepted';
    await insist(release, `another run for ${tag}`, () => work.rerunFailed({ repository, sha: target, attempt }, `run the failed checks of ${tag} again`));
  }
}
