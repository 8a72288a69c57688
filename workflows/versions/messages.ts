import type { Interval } from '../../domain/people/decision.ts';
import { message } from '../release/messages.ts';

/** What an operator says to the release of a candidate: that the product is asked to take it. */
export const updateDownstream = message<Interval>('updateDownstream');

/** What an operator says to a security release: that everybody may know of it. */
export const disclose = message<Interval>('disclose');
