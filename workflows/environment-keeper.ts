import { condition, getExternalWorkflowHandle, log, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Survey } from '../activities/leases.ts';
import { environmentPage } from '../domain/environment-page.ts';
import { claimed, followed, frozen, frozenBy, left, newEnvironment, nextChange, served, thawed, unfollowed } from '../domain/environment.ts';
import type { EnvironmentRecord, EnvironmentRequest, Frozen, Notice, Step } from '../domain/environment.ts';
import { freezing, thawing } from '../domain/freeze.ts';
import { receive, receiveUnknown } from './inbox.ts';
import { claim, environmentFrozen, environmentStatus, follow, freeze, granted, leave, superseded, thaw, wake } from './messages.ts';
import { now } from './status.ts';

/** An Update is answered within seconds. */
const surveyPatience = '10 seconds';

export type EnvironmentKeeper = ReturnType<typeof keepEnvironment>;

/** What an environment knows of itself, and whom it has still to tell. */
export function keepEnvironment(request: EnvironmentRequest) {
  let record: EnvironmentRecord = { ...newEnvironment(request.environment), ...request.record };
  let known = request.record !== undefined;
  let dirty = true;
  let outbox: readonly Notice[] = [];
  /** Whether the holder has heard of the freeze. A run before this one may have told it something else. */
  let told: { readonly fence: number; readonly frozen: string } | undefined = record.lease && { fence: record.lease.fence, frozen: 'unknown' };

  setHandler(environmentStatus, () => withFreeze(record), { description: 'Who has it, who waits, what runs there, and what it is frozen by' });
  setHandler(
    claim,
    async ({ claim: wish, after, windows }) => {
      // Whoever is put off asks again later.
      if (!(await condition(() => known, surveyPatience))) return { kind: 'queued', behind: [] };
      const step = claimed({ ...record, windows }, wish, { after, now: now() });
      enter(step);
      return step.answer;
    },
    { description: 'Sent by releases: asks for the environment' },
  );
  setHandler(
    leave,
    (leaving) => enter(left(record, leaving, now())),
    { description: 'Sent by releases: gives it back' },
  );
  setHandler(follow, ({ workflow }) => enter({ record: followed(record, workflow), notices: [] }), { description: 'Sent by rollouts: asks to be woken by each deployment' });
  receivePeople();
  show();

  function receivePeople(): void {
    const refusals = { refused: (message: string, why: string) => log.warn('not accepted', { message, why }) };
    receive(freeze, refusals, {
      schema: freezing,
      example: { by: 'your-login', reason: 'why', until: '2026-12-24T18:00:00Z' },
      about: 'Lets nothing be promoted here, and no soak count, until it is thawed',
      refusal: ({ until }) => (until !== undefined && Date.parse(until) <= Date.now() ? `until: ${until} is in the past` : undefined),
      accept: (given) => enter({ record: frozen(record, given, now()), notices: [] }),
    });
    receive(thaw, refusals, {
      schema: thawing,
      example: { by: 'your-login' },
      about: 'Ends the freeze that an operator began; those of the calendar stay',
      refusal: () => (record.freeze ? undefined : 'no operator has frozen it'),
      accept: () => enter(thawed(record, now())),
    });
    receiveUnknown([freeze.name, thaw.name], refusals);
  }

  function enter(step: Step): void {
    record = step.record;
    outbox = [...outbox, ...step.notices];
    dirty = true;
    show();
  }

  function show(): void {
    setCurrentDetails(environmentPage(record, now()));
  }

  async function send(notice: Notice): Promise<void> {
    const { kind, to, ...news } = notice;
    try {
      await signalled(notice);
    } catch (failure) {
      log.warn('a workflow that is gone was not told', { kind, to, news, failure });
      if (notice.kind === 'granted') enter(left(record, { environment: record.environment, key: notice.key, component: '' }, now()));
      if (notice.kind === 'deployed') enter({ record: unfollowed(record, to), notices: [] });
    }
  }

  /** Whoever has the environment stops its clock while that is frozen. */
  async function tellHolder(): Promise<void> {
    const { lease } = record;
    if (lease?.claim.purpose !== 'promote') return;
    const freezeNow = frozenBy(record, now());
    const news = { fence: lease.fence, frozen: freezeNow ? JSON.stringify(freezeNow) : '' };
    if (news.frozen === (told?.fence === news.fence ? told.frozen : '')) return;
    told = news;
    const { environment } = record;
    await getExternalWorkflowHandle(lease.claim.release)
      .signal(environmentFrozen, { environment, ...(freezeNow && { frozen: freezeNow }) })
      .catch((failure: unknown) => log.warn('the holder is gone', { release: lease.claim.release, failure }));
  }

  return {
    record: () => record,
    enter,
    begin({ deployed, windows }: Survey): void {
      known = true;
      enter({ record: { ...record, deployed, windows }, notices: [] });
    },
    /** Resolves when there is something to tell, or the calendar has turned. */
    async changed(): Promise<void> {
      const next = nextChange(record, now());
      if (next === undefined) await condition(() => dirty);
      else await condition(() => dirty, Math.max(1_000, next - Date.now()));
    },
    async toldEverybody(): Promise<void> {
      dirty = false;
      if (known) enter(served(record, now()));
      dirty = false;
      for (let [notice] = outbox; notice; [notice] = outbox) {
        outbox = outbox.slice(1);
        await send(notice);
      }
      await tellHolder();
    },
    /** Nobody is left to be told. */
    quiet: () => !dirty && outbox.length === 0,
  };
}

function signalled({ to, ...notice }: Notice): Promise<void> {
  const receiver = getExternalWorkflowHandle(to);
  switch (notice.kind) {
    case 'granted':
      return receiver.signal(granted, { key: notice.key, fence: notice.fence, ...(notice.previous && { previous: notice.previous }) });
    case 'superseded':
      return receiver.signal(superseded, { key: notice.key, by: notice.by });
    case 'deployed':
      return receiver.signal(wake, { about: notice.about });
  }
}

function withFreeze(record: EnvironmentRecord): EnvironmentRecord & { readonly frozen?: Frozen } {
  const freezeNow = frozenBy(record, now());
  return { ...record, ...(freezeNow && { frozen: freezeNow }) };
}
