import { condition, setHandler } from '@temporalio/workflow';
import type { Survey } from '../../activities/environments/survey.ts';
import { claimExample, claiming, following, landing, leaving } from '../../domain/environments/claim.ts';
import type { Frozen } from '../../domain/environments/claim.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { overBefore } from '../../domain/people/order.ts';
import { environmentPage } from '../../domain/environments/environment-page.ts';
import { claimed, followed, frozen, frozenBy, inherited, landed, left, newEnvironment, nextChange, served, shortens, sighted, thawed, unheard } from '../../domain/environments/environment.ts';
import type { ClaimAnswer, EnvironmentRecord, EnvironmentRequest, Step } from '../../domain/environments/environment.ts';
import { freezing, thawing } from '../../domain/environments/freeze.ts';
import { openNews } from './news.ts';
import { openRecord } from '../release/entity.ts';
import { answer, hear, receive, receiveUnknown } from '../release/inbox.ts';
import { claim, deployed, environmentStatus, follow, freeze, leave, thaw } from './messages.ts';
import { wake } from '../release/messages.ts';
import { toldOutage } from '../../domain/release/outage.ts';
import { now } from '../release/status.ts';

/** How long an Update waits until what the catalog and the forge know is known here, too. The command is less patient than an activity. */
const patience = { activity: '10 seconds', person: '5 seconds' } as const;

export type EnvironmentKeeper = ReturnType<typeof keepEnvironment>;

/** What an environment knows of itself, and whom it has still to tell. */
export function keepEnvironment(request: EnvironmentRequest) {
  const kept = openRecord<EnvironmentRecord>({ ...newEnvironment(request.environment), ...request.record }, environmentPage, request.record !== undefined);
  const { get, put, refusals } = kept;
  /** Something may run here that nobody has told of. */
  let isToLook = false;
  const news = openNews(get());

  setHandler(environmentStatus, () => withFreeze(get()), { description: 'Who has it, who waits, what runs there, and what it is frozen by' });
  receiveReleases();
  receivePeople();

  function receiveReleases(): void {
    answer(claim, {
      schema: claiming,
      example: { claim: claimExample, after: [], windows: [] },
      about: 'Sent by releases: asks for the environment',
      async answer({ claim: wish, after, windows }): Promise<ClaimAnswer> {
        await kept.awaitSurvey(patience.activity);
        // Whoever is put off asks again later.
        const [outage] = kept.outages();
        if (!kept.isKnown()) return { kind: 'queued', behind: [], ...(outage && { outage: toldOutage(outage) }) };
        const step = claimed({ ...get(), windows }, wish, { after, now: now() });
        enter(step);
        return step.answer;
      },
    });
    const { environment, key, component } = claimExample;
    answer(leave, {
      schema: leaving,
      example: { environment, key, component },
      about: 'Sent by releases: gives it back',
      answer: (given) => enter(left(get(), given, now())),
    });
    const { candidate, sha, release } = claimExample;
    hear(deployed, refusals, {
      schema: landing,
      example: { environment, key, fence: 7, component, runs: { candidate, sha, release } },
      about: 'Sent by the release that has it: a deployment has landed',
      accept: (given) => enter(landed(get(), given, now())),
    });
    hear(follow, refusals, {
      schema: following,
      example: { workflow: 'flag/gitaly/gitaly_x' },
      about: 'Sent by rollouts: asks to be woken by each deployment, freeze and thaw',
      accept: ({ workflow }) => put(followed(get(), workflow)),
    });
  }

  function receivePeople(): void {
    receive(freeze, refusals, {
      schema: freezing,
      example: { by: yourLogin, reason: 'why', until: '2026-12-24T18:00:00Z' },
      about: 'Lets nothing be promoted here, and no soak count, until it is thawed',
      refusal: (given) => overBefore(given, Date.now()) ?? shortens(get(), given, now()),
      accept(given) {
        put(frozen(get(), given, now()));
        return kept.isKnown() ? undefined : kept.awaitSurvey(patience.person).then(kept.unfit);
      },
    });
    receive(thaw, refusals, {
      schema: thawing,
      example: { by: yourLogin },
      about: 'Ends the freeze that an operator began; those of the calendar stay',
      refusal: () => (get().freeze ? undefined : 'no operator has frozen it'),
      accept: (given) => enter(thawed(get(), given, now())),
    });
    setHandler(wake, lookAgain, { description: 'Looks at what runs here: somebody may have deployed by other means. For example {"about":"a deployment"}' });
    receiveUnknown([freeze.name, thaw.name, wake.name], refusals);
  }

  function lookAgain(): void {
    isToLook = true;
    kept.soil();
  }

  function enter(step: Step): void {
    news.add(step.notices);
    put(step.record);
  }

  return {
    record: get,
    enter,
    begin({ deployed: runs, windows, before }: Survey): void {
      kept.learn();
      put({ ...(before ? inherited(get(), before) : get()), deployed: runs, windows });
    },
    /** Looks, once each time that it was asked to, at what runs here; whatever else happens goes on meanwhile. */
    async look(sight: () => Promise<EnvironmentRecord['deployed']>): Promise<void> {
      if (!isToLook || !kept.isKnown()) return;
      isToLook = false;
      enter(sighted(get(), await sight()));
    },
    giveUp: kept.giveUp,
    /** Resolves when there is something to tell, or the calendar has turned. */
    async awaitChange(): Promise<void> {
      const next = nextChange(get(), now());
      if (next === undefined) await condition(kept.isDirty);
      else await condition(kept.isDirty, Math.max(1_000, next - Date.now()));
    },
    async tellEverybody(): Promise<void> {
      if (kept.isKnown()) {
        enter(served(get(), now()));
        news.add(news.ofFreeze(get()));
      }
      kept.clean();
      await news.spread((notice) => enter(unheard(get(), notice, now())));
      await news.tellHolder(get());
    },
    /** Nobody is left to be told. */
    quiet: () => !kept.isDirty() && news.none(),
  };
}

function withFreeze(record: EnvironmentRecord): EnvironmentRecord & { readonly frozen?: Frozen } {
  const freezeNow = frozenBy(record, now());
  return { ...record, ...(freezeNow && { frozen: freezeNow }) };
}
