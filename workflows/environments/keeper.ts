import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Survey } from '../../activities/environments/survey.ts';
import { claimExample, claiming, following, landing, leaving } from '../../domain/environments/claim.ts';
import type { Frozen } from '../../domain/environments/claim.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { withRefusal } from '../../domain/people/decision.ts';
import { overBefore } from '../../domain/people/order.ts';
import { environmentPage } from '../../domain/environments/environment-page.ts';
import { claimed, followed, frozen, frozenBy, inherited, landed, left, newEnvironment, nextChange, served, shortens, sighted, thawed, unheard } from '../../domain/environments/environment.ts';
import type { ClaimAnswer, EnvironmentRecord, EnvironmentRequest, Step } from '../../domain/environments/environment.ts';
import { freezing, thawing } from '../../domain/environments/freeze.ts';
import { openNews } from './news.ts';
import { answer, hear, receive, receiveUnknown } from '../release/inbox.ts';
import type { Refusals } from '../release/inbox.ts';
import { claim, deployed, environmentStatus, follow, freeze, leave, thaw } from './messages.ts';
import { wake } from '../release/messages.ts';
import { now } from '../release/status.ts';

/** How long an Update waits until what the catalog and the forge know is known here, too. The command is less patient than an activity. */
const patience = { activity: '10 seconds', person: '5 seconds' } as const;

export type EnvironmentKeeper = ReturnType<typeof keepEnvironment>;

/** What an environment knows of itself, and whom it has still to tell. */
export function keepEnvironment(request: EnvironmentRequest) {
  let record: EnvironmentRecord = { ...newEnvironment(request.environment), ...request.record };
  let known = request.record !== undefined;
  /** Why there is no such environment. */
  let unfit: string | undefined;
  let dirty = true;
  /** Something may run here that nobody has told of. */
  let isToLook = false;
  const news = openNews(record);
  const refusals: Refusals = {
    refuse: (message, why) => put({ ...record, refused: withRefusal(record.refused, { message, why, at: now() }) }),
  };

  setHandler(environmentStatus, () => withFreeze(record), { description: 'Who has it, who waits, what runs there, and what it is frozen by' });
  receiveReleases();
  receivePeople();
  show();

  function receiveReleases(): void {
    answer(claim, {
      schema: claiming,
      example: { claim: claimExample, after: [], windows: [] },
      about: 'Sent by releases: asks for the environment',
      async answer({ claim: wish, after, windows }): Promise<ClaimAnswer> {
        await awaitSurvey(patience.activity);
        // Whoever is put off asks again later.
        if (!known) return { kind: 'queued', behind: [] };
        const step = claimed({ ...record, windows }, wish, { after, now: now() });
        enter(step);
        return step.answer;
      },
    });
    const { environment, key, component } = claimExample;
    answer(leave, {
      schema: leaving,
      example: { environment, key, component },
      about: 'Sent by releases: gives it back',
      answer: (given) => enter(left(record, given, now())),
    });
    const { candidate, sha, release } = claimExample;
    hear(deployed, refusals, {
      schema: landing,
      example: { environment, key, fence: 7, component, runs: { candidate, sha, release } },
      about: 'Sent by the release that has it: a deployment has landed',
      accept: (given) => enter(landed(record, given, now())),
    });
    hear(follow, refusals, {
      schema: following,
      example: { workflow: 'flag/gitaly/gitaly_x' },
      about: 'Sent by rollouts: asks to be woken by each deployment, freeze and thaw',
      accept: ({ workflow }) => put(followed(record, workflow)),
    });
  }

  function receivePeople(): void {
    receive(freeze, refusals, {
      schema: freezing,
      example: { by: yourLogin, reason: 'why', until: '2026-12-24T18:00:00Z' },
      about: 'Lets nothing be promoted here, and no soak count, until it is thawed',
      refusal: (given) => overBefore(given, Date.now()) ?? shortens(record, given, now()),
      accept(given) {
        put(frozen(record, given, now()));
        return known ? undefined : awaitSurvey(patience.person).then(() => unfit);
      },
    });
    receive(thaw, refusals, {
      schema: thawing,
      example: { by: yourLogin },
      about: 'Ends the freeze that an operator began; those of the calendar stay',
      refusal: () => (record.freeze ? undefined : 'no operator has frozen it'),
      accept: (given) => enter(thawed(record, given, now())),
    });
    setHandler(wake, () => void (dirty = isToLook = true), { description: 'Looks at what runs here: somebody may have deployed by other means. For example {"about":"a deployment"}' });
    receiveUnknown([freeze.name, thaw.name, wake.name], refusals);
  }

  async function awaitSurvey(atMost: '10 seconds' | '5 seconds'): Promise<void> {
    await condition(() => known || unfit !== undefined, atMost);
  }

  function enter(step: Step): void {
    record = step.record;
    news.add(step.notices);
    dirty = true;
    show();
  }

  /** A step that is no news to anybody. */
  function put(changed: EnvironmentRecord): void {
    enter({ record: changed, notices: [] });
  }

  function show(): void {
    setCurrentDetails(environmentPage(record, now()));
  }

  return {
    record: () => record,
    enter,
    begin({ deployed: runs, windows, before }: Survey): void {
      known = true;
      put({ ...(before ? inherited(record, before) : record), deployed: runs, windows });
    },
    /** Looks, once each time that it was asked to, at what runs here; whatever else happens goes on meanwhile. */
    async look(sight: () => Promise<EnvironmentRecord['deployed']>): Promise<void> {
      if (!isToLook || !known) return;
      isToLook = false;
      enter(sighted(record, await sight()));
    },
    /** Nothing more comes of it, and whoever has asked is told why. */
    giveUp(why: string): void {
      unfit = why;
    },
    /** Resolves when there is something to tell, or the calendar has turned. */
    async awaitChange(): Promise<void> {
      const next = nextChange(record, now());
      if (next === undefined) await condition(() => dirty);
      else await condition(() => dirty, Math.max(1_000, next - Date.now()));
    },
    async tellEverybody(): Promise<void> {
      if (known) {
        enter(served(record, now()));
        news.add(news.ofFreeze(record));
      }
      dirty = false;
      await news.spread((notice) => enter(unheard(record, notice, now())));
      await news.tellHolder(record);
    },
    /** Nobody is left to be told. */
    quiet: () => !dirty && news.none(),
  };
}

function withFreeze(record: EnvironmentRecord): EnvironmentRecord & { readonly frozen?: Frozen } {
  const freezeNow = frozenBy(record, now());
  return { ...record, ...(freezeNow && { frozen: freezeNow }) };
}
