import type { Interval } from '../../domain/people/decision.ts';
import { message } from '../release/messages.ts';

/** What an operator says to a security release: that everybody may know of it. */
export const disclose = message<Interval>('disclose');
