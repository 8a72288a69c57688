import type { Finding } from '../../../domain/inspection/diagnosis.ts';

type Result = Omit<Finding, 'about'>;

export function fine(what: string): Result {
  return { state: 'ok', what };
}

export function doubtful(what: string, todo: string): Result {
  return { state: 'warning', what, todo };
}

export function missing(what: string, todo: string): Result {
  return { state: 'missing', what, todo };
}

/** Looks at one thing. Whatever goes wrong with the look is what is found. */
export async function examined(about: string, todo: string, look: () => Promise<Result>): Promise<Finding[]> {
  try {
    return [{ about, ...(await look()) }];
  } catch (failure) {
    const [what = ''] = (failure instanceof Error ? failure.message : String(failure)).split('\n', 1);
    return [{ about, ...missing(what, todo) }];
  }
}
