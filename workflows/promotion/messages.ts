import type { Interval } from '../../domain/people/decision.ts';
import { message } from '../release/messages.ts';

/** What people say to the following of stage. */
export const resync = message<Interval>('resync');
