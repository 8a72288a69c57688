import { neverRetry, tryAgain } from '../../../failures.ts';
import type { GitHub } from './client.ts';

/** One error of an answer. */
interface Said {
  readonly type?: string;
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/**
 * One GraphQL request, for the few things that GitHub's REST API lacks. Answers what GitHub refuses for good as `refused`, because it
 * says so with status 200.
 */
export async function asked<Data>({ graphql }: GitHub, query: string, variables: Record<string, unknown>): Promise<{ readonly refused?: string; readonly data?: Data }> {
  try {
    return { data: await graphql<Data>(query, variables) };
  } catch (error) {
    if (!isSaid(error)) throw error;
    const [first] = error.errors;
    const reason = error.errors.map(({ message }) => message).join('; ');
    const message = `GitHub answered: ${reason}`;
    if (first?.type === 'UNPROCESSABLE') return { refused: first.message };
    if (first?.type === 'INSUFFICIENT_SCOPES') throw neverRetry('PermissionDenied', `${message}. The token needs more scopes`, { reason });
    if (first?.type === 'FORBIDDEN' || first?.type === 'NOT_FOUND') throw neverRetry('PermissionDenied', message, { reason });
    if (isOfSchema(first)) throw neverRetry('Refused', `${message}. This GitHub does not know what it was asked for: is it an Enterprise Server of some years ago?`, { reason });
    throw tryAgain('Unavailable', message, { answer: { reason } });
  }
}

/** What is wrong with the request itself has a code, and no type. */
function isOfSchema(said: Said | undefined): boolean {
  return said !== undefined && said.type === undefined && (said.extensions?.code !== undefined || /(doesn't|does not) (exist on|accept)|isn't a defined/i.test(said.message));
}

function isSaid(error: unknown): error is { readonly errors: readonly Said[] } {
  return error instanceof Error && error.name === 'GraphqlResponseError' && 'errors' in error;
}
