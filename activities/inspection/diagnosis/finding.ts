import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import type { Ports } from '../../../ports/ports.ts';

export type DiagnosisPorts = Pick<Ports, 'catalog' | 'components' | 'forge' | 'git' | 'chat' | 'health' | 'flags' | 'artifacts' | 'registry' | 'issues' | 'cluster' | 'releases' | 'records' | 'server' | 'approvalKeys'>;

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
export async function examine(about: string, todo: string, look: () => Promise<Result>): Promise<Finding[]> {
  try {
    return [{ about, ...(await look()) }];
  } catch (failure) {
    const [what = ''] = (failure instanceof Error ? failure.message : String(failure)).split('\n', 1);
    return [{ about, ...missing(what, todo) }];
  }
}
