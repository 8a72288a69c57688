import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import { sha } from '../text/names.ts';
import { remark } from '../text/short-text.ts';
import { lasts, order, toldOrder } from './order.ts';
import { person } from './person.ts';

export const componentPrefix = 'component/';

/** The workflow that keeps what people have against the releases of a component. */
export function componentId(component: string): string {
  return componentPrefix + component;
}

/** What `halt` carries: no release of the component begins, and none goes on to its merge or its next stage. */
export const halting = order;

/** What `veto` carries: the commit is not released, nor what contains it without its revert. */
export const vetoing = deferred(() => order.extend({ sha, only: z.boolean().optional().describe('What comes after it is released all the same.') }));

/** What `lift` carries: ends the veto on this commit, or else the halt. */
export const lifting = deferred(() => z.strictObject({ by: person, reason: remark.optional(), sha: sha.optional() }));

export type Halting = z.output<typeof halting>;
export type Vetoing = z.output<typeof vetoing>;
export type Lifting = z.output<typeof lifting>;

export interface Halt extends Halting {
  /** ISO 8601 */
  readonly since: string;
  /** The release whose end has halted it. */
  readonly release?: string;
}

export interface Veto extends Vetoing {
  /** ISO 8601 */
  readonly since: string;
  /** The release whose end has vetoed it. */
  readonly release?: string;
}

/** What people have against the releases of a component. Some of it may be over by now. */
export interface Objections {
  /** Rises with each change: of two, the later counts. */
  readonly at: number;
  readonly halt?: Halt;
  readonly vetoes: readonly Veto[];
}

/** The halt that is in force. */
export function haltOf({ halt }: Pick<Objections, 'halt'>, now: string): Halt | undefined {
  return halt && lasts(halt, now) ? halt : undefined;
}

/** The vetoes that are in force. */
export function vetoesOf({ vetoes }: Pick<Objections, 'vetoes'>, now: string): readonly Veto[] {
  return vetoes.filter((veto) => lasts(veto, now));
}

/** What people have against that one candidate of a component goes on. */
export interface Objection {
  readonly at: number;
  readonly halt?: Halt;
  /** On the candidate, or on what it contains. */
  readonly veto?: Veto;
}

// Read leniently: what a later version of Slipway adds is no mistake.
const ordered = { by: z.string(), reason: z.string(), until: z.string().optional(), since: z.string(), release: z.exactOptional(z.string()) };

/** What `objected` carries. `candidate` is the one that was looked at. */
export const objectionNews = deferred(() => z.object({
  at: z.number(),
  candidate: z.exactOptional(sha),
  halt: z.exactOptional(z.object(ordered)),
  veto: z.exactOptional(z.object({ ...ordered, sha, only: z.boolean().optional() })),
}));

export type ObjectionNews = z.output<typeof objectionNews>;

/** "gitaly is halted by kim until 2026-12-24T18:00:00Z: why" */
export function toldHalt(component: string, halt: Halting): string {
  return `${component} is halted ${toldOrder(halt)}`;
}

/** "0123456789ab is vetoed by kim: why", or that the candidate contains it. */
export function toldVeto(veto: Vetoing, candidate: Sha = veto.sha): string {
  const vetoed = `${shortSha(veto.sha)}${candidate === veto.sha ? ' is' : ', which is'} vetoed ${toldOrder(veto)}`;
  return candidate === veto.sha ? vetoed : `${shortSha(candidate)} contains ${vetoed}`;
}

/** How it is ended, as somebody would type it. */
export function toldLifting(component: string, vetoed?: Sha): string {
  return `slipway lift ${component}${vetoed === undefined ? '' : ` --sha ${vetoed}`} --by <you>`;
}
