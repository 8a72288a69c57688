import type { Reply } from '../http/exchange.ts';

export interface FieldError {
  readonly resource: string;
  readonly code: string;
  readonly field?: string;
  readonly message?: string;
}

/** An answer that GitHub gives instead of doing what it was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[];

  constructor(status: number, message: string, errors: readonly unknown[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function refusalReply({ status, message, errors }: Pick<Refusal, 'status' | 'message' | 'errors'>): Reply {
  const body = { message, ...(errors.length > 0 ? { errors } : {}), documentation_url: 'https://docs.github.com/rest', status: String(status) };
  return { status, body };
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

export function invalid(error: FieldError): Refusal {
  return new Refusal(422, 'Validation Failed', [error]);
}
