/** One check run or commit status of a SHA, its newest attempt only. */
export interface Check {
  readonly name: string;
  readonly state: 'pending' | 'green' | 'red' | 'neutral' | 'skipped';
  readonly url?: string;
}

export type Verdict =
  /** `missing` are required, and have not reported. Neither: nothing has reported at all. */
  | { readonly kind: 'pending'; readonly running: readonly string[]; readonly missing: readonly string[] }
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] };

export interface FailedCheck {
  readonly name: string;
  readonly url?: string;
}

/** Why a commit is not green though no check of it has failed. */
export const nothingRan: FailedCheck = { name: 'no check was run' };

/** Failed checks as one line for people. */
export function toldFailures(failed: readonly FailedCheck[]): string {
  return failed.map(({ name, url }) => (url ? `${name} ${url}` : name)).join(', ');
}

/** What a pending pipeline waits for, as one line for people. */
export function toldWait({ running, missing }: Extract<Verdict, { kind: 'pending' }>): string {
  return [...running, ...missing].join(', ') || 'a first check';
}

/**
 * Whether a SHA's checks allow it to be released. Only neutral and skipped ones are not green: nothing was tested. A required
 * check that has not reported yet is waited for, and so is a first one: forges show them some time after the push.
 */
export function judge(checks: readonly Check[], required: readonly string[]): Verdict {
  const reported = new Set(checks.map((check) => check.name));
  const missing = required.filter((name) => !reported.has(name));
  const running = checks.filter((check) => check.state === 'pending').map((check) => check.name);
  if (checks.length === 0 || running.length > 0 || missing.length > 0) return { kind: 'pending', running, missing };
  const notGreen = (check: Check) => check.state === 'red' || (check.state !== 'green' && required.includes(check.name));
  const failed = checks.filter(notGreen).map(({ name, url }) => ({ name, ...(url && { url }) }));
  if (failed.length > 0) return { kind: 'red', failed };
  if (!checks.some((check) => check.state === 'green')) return { kind: 'red', failed: [nothingRan] };
  return { kind: 'green' };
}
