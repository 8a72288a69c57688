import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import type { Sha } from '../code/commit.ts';
import type { Choice, Decision, Refusal } from '../people/decision.ts';
import type { Halting, Lifting, Objections, Vetoing } from '../people/objection.ts';
import { haltOf, vetoesOf } from '../people/objection.ts';
import { endsSooner, overBefore, toldOrder } from '../people/order.ts';
import { unknownName } from '../text/nearest-name.ts';
import { sha } from '../text/names.ts';
import { cut, oneLine } from '../text/short-text.ts';

/** What starts a component's workflow by hand. `slipway halt` and releases start it by themselves. */
export const componentRequest = deferred(() => z.strictObject({
  component: oneLine,
  /** Handed on from the run before. */
  record: z.custom<ComponentRecord>().optional(),
}));
export type ComponentRequest = z.output<typeof componentRequest>;
export const componentRequestExample = { component: 'gitaly' };

/** What is known of one component beside its releases. */
export interface ComponentRecord extends Objections {
  readonly component: string;
  /** What a release has pinned that people did not want: it may be taken back. */
  readonly offer?: { readonly pinned: Sha; readonly release: string };
  /** Who has decided what; the last of them. */
  readonly decisions: readonly Decision[];
  /** What people have sent in vain. */
  readonly refused: readonly Refusal[];
  /** What releases have said; the last of it. */
  readonly heard: readonly string[];
}

const text = deferred(() => z.string().min(1));

/** What `objects` carries: how a release has ended is an objection to what comes next. Read leniently. */
export const objecting = deferred(() => z.object({
  component: text,
  /** Whoever says it again under the same key changes nothing. */
  key: text,
  release: text,
  by: text,
  reason: text,
  /** The component is halted. */
  halts: z.exactOptional(z.boolean()),
  /** This commit alone is vetoed. */
  vetoes: z.exactOptional(sha),
  /** What it leaves pinned. */
  pinned: z.exactOptional(sha),
}));
export type Objecting = z.output<typeof objecting>;

/** What may be decided about a pin that people did not want. */
export const takingBack = ['takeBack', 'leave'] as const;

const mostVetoes = 100;
const mostDecisions = 100;
const mostHeard = 50;
const longestReason = 1_000;

export function newComponent(component: string): ComponentRecord {
  return { component, at: 0, vetoes: [], decisions: [], refused: [], heard: [] };
}

/** What was said to a run that somebody has ended counts on, unless something else was said since. */
export function withBefore(record: ComponentRecord, before: ComponentRecord): ComponentRecord {
  const unsaid = before.vetoes.filter(({ sha: vetoed }) => !record.vetoes.some((veto) => veto.sha === vetoed));
  return {
    ...before,
    ...record,
    at: Math.max(record.at, before.at + 1),
    vetoes: [...unsaid, ...record.vetoes].slice(-mostVetoes),
    decisions: [...before.decisions, ...record.decisions].slice(-mostDecisions),
    refused: [...before.refused, ...record.refused],
    heard: [...before.heard, ...record.heard].slice(-mostHeard),
  };
}

export function halted(record: ComponentRecord, halt: Halting, now: string): ComponentRecord {
  return changed(record, { halt: { ...halt, since: now } }, { message: 'halt', by: halt.by, at: now, reason: toldOrder(halt) });
}

/** Why it can't be halted so. */
export function haltRefusal(record: ComponentRecord, halting: Halting, now: string): string | undefined {
  const before = haltOf(record, now);
  const shorter = endsSooner(before, halting, now) ? `${before!.by} has halted it until ${before!.until ?? 'it is lifted'} (${before!.reason}): lift that first` : undefined;
  return overBefore(halting, Date.parse(now)) ?? shorter;
}

export function vetoed(record: ComponentRecord, veto: Vetoing, now: string): ComponentRecord {
  const others = vetoesOf(record, now).filter((other) => other.sha !== veto.sha);
  return changed(record, { vetoes: [...others, { ...veto, since: now }] }, { message: `veto ${veto.sha}`, by: veto.by, at: now, reason: toldOrder(veto) });
}

/** Why a commit can't be vetoed so. */
export function vetoRefusal(record: ComponentRecord, vetoing: Vetoing, now: string): string | undefined {
  const inForce = vetoesOf(record, now);
  const before = inForce.find(({ sha: other }) => other === vetoing.sha);
  if (!before && inForce.length >= mostVetoes) return `${mostVetoes} commits are vetoed already: lift the veto on one of them first`;
  const shorter = endsSooner(before, vetoing, now) ? `${before!.by} has vetoed it until ${before!.until ?? 'that is lifted'} (${before!.reason}): lift that first` : undefined;
  return overBefore(vetoing, Date.parse(now)) ?? shorter;
}

export function lifted(record: ComponentRecord, { by, reason, sha: of }: Lifting, now: string): ComponentRecord {
  const decision = { by, at: now, ...(reason && { reason }) };
  if (of !== undefined) return changed(record, { vetoes: record.vetoes.filter((veto) => veto.sha !== of) }, { message: `lift ${of}`, ...decision });
  const { halt: _, offer: __, ...rest } = record;
  return changed(rest, {}, { message: 'lift', ...decision });
}

/** Why there is nothing to lift. */
export function liftRefusal(record: ComponentRecord, { sha: of }: Lifting, now: string): string | undefined {
  if (of === undefined) return haltOf(record, now) ? undefined : `${record.component} is not halted`;
  const inForce = vetoesOf(record, now).map(({ sha: vetoedOne }) => vetoedOne);
  return inForce.includes(of) ? undefined : `${of} is not vetoed. Vetoed: ${inForce.join(', ') || 'none'}`;
}

/** What a release has said at its end. A halt of somebody's that lasts as long stays as it is. */
export function objected(record: ComponentRecord, { key, release, halts, vetoes, pinned, ...said }: Objecting, now: string): ComponentRecord {
  if (record.heard.includes(key)) return record;
  const { by, reason } = { by: said.by, reason: cut(said.reason, longestReason) };
  const heard: ComponentRecord = { ...record, ...(pinned && { offer: { pinned, release } }), heard: [...record.heard, key].slice(-mostHeard) };
  const before = haltOf(record, now);
  const stopped = halts && !(before && before.until === undefined) ? withRelease(halted(heard, { by, reason }, now), release) : heard;
  if (vetoes === undefined || vetoesOf(stopped, now).some((veto) => veto.sha === vetoes)) return stopped;
  const room = { ...stopped, vetoes: vetoesOf(stopped, now).slice(1 - mostVetoes) };
  const next = vetoed(room, { sha: vetoes, by, reason, only: true }, now);
  return { ...next, vetoes: next.vetoes.map((veto) => (veto.sha === vetoes ? { ...veto, release } : veto)) };
}

/** Why there is nothing to decide. */
export function decideRefusal({ offer }: ComponentRecord, { choice, reason }: Choice): string | undefined {
  if (!offer) return 'nothing is to be decided now';
  if (!takingBack.some((known) => known === choice)) return unknownName('choice', choice, takingBack);
  return choice === 'takeBack' && reason === undefined ? 'taking it back needs a "reason"' : undefined;
}

export function decided(record: ComponentRecord, { choice, by, reason }: Choice, now: string): ComponentRecord {
  const { offer: _, ...rest } = record;
  return changed(rest, {}, { message: `decide ${choice}`, by, at: now, ...(reason && { reason }) });
}

function withRelease(record: ComponentRecord, release: string): ComponentRecord {
  return { ...record, halt: { ...record.halt!, release } };
}

/** When the end of a halt or veto next changes something: ms since 1970. */
export function nextEnd({ halt, vetoes }: ComponentRecord, now: string): number | undefined {
  const ends = [halt, ...vetoes].flatMap((order) => (order?.until === undefined ? [] : Date.parse(order.until)));
  const ahead = ends.filter((end) => end > Date.parse(now));
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}

function changed(record: ComponentRecord, changes: Partial<ComponentRecord>, decision: Decision): ComponentRecord {
  return { ...record, ...changes, at: Math.max(record.at + 1, Date.parse(decision.at)), decisions: [...record.decisions, decision].slice(-mostDecisions) };
}
