import { neverRetry, tryAgain } from '../../../failures.ts';
import type { GitHub } from './client.ts';

interface Said {
  readonly errors: readonly { readonly type?: string; readonly message: string }[];
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
    const message = `GitHub answered: ${error.errors.map(({ message }) => message).join('; ')}`;
    if (first?.type === 'UNPROCESSABLE') return { refused: first.message };
    if (first?.type === 'RATE_LIMITED') throw tryAgain('RateLimited', message, { afterMs: 60_000 });
    if (first?.type === 'FORBIDDEN' || first?.type === 'NOT_FOUND') throw neverRetry('PermissionDenied', message);
    throw tryAgain('Unavailable', message);
  }
}

function isSaid(error: unknown): error is Said {
  return error instanceof Error && error.name === 'GraphqlResponseError' && 'errors' in error;
}
