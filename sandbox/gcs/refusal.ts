import type { Reply } from '../http/exchange.ts';

/** An answer that GCS gives instead of doing what it was asked. */
export class GcsRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export function gcsRefusalReply({ status, reason, message }: Pick<GcsRefusal, 'status' | 'reason' | 'message'>): Reply {
  return { status, body: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } } };
}

export function conditionNotMet(): GcsRefusal {
  return new GcsRefusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
}
