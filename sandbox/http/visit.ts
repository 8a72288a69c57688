import type { Reply } from './exchange.ts';
import type { FaultReply } from './fault-reply.ts';

/** A request that has found the API it is for: what it is called, and how to answer it. */
export interface Visit {
  /** `PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge` */
  readonly route: string;
  /** The API's own name for it, e.g. `pulls/merge`; empty when it has none. */
  readonly operation: string;
  /** Who asks: a login, never a token. */
  readonly credential: string;
  /** Which reads see what this writes. */
  readonly scope: string;
  answer(): Promise<Reply>;
  /** A planned fault, in this API's shape. */
  fault(fault: FaultReply): Reply;
}
