/** One check run or commit status of a SHA, its newest attempt only. */
export interface Check {
  readonly name: string;
  readonly state: 'pending' | 'green' | 'red' | 'neutral' | 'skipped';
  readonly url?: string;
}

export type Verdict =
  | { readonly kind: 'pending'; readonly waitingFor: readonly string[] }
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] };

export interface FailedCheck {
  readonly name: string;
  readonly url?: string;
}

/** Failed checks as one line for people. */
export function toldFailures(failed: readonly FailedCheck[]): string {
  return failed.map(({ name, url }) => (url ? `${name} ${url}` : name)).join(', ');
}

/**
 * Whether a SHA's checks allow it to be released. No checks at all, or only neutral and skipped ones, are not green:
 * nothing was tested. A required check that has not reported yet is waited for.
 */
export function judge(checks: readonly Check[], required: readonly string[]): Verdict {
  const reported = new Set(checks.map((check) => check.name));
  const missing = required.filter((name) => !reported.has(name));
  const pending = checks.filter((check) => check.state === 'pending').map((check) => check.name);
  if (pending.length > 0 || (checks.length > 0 && missing.length > 0)) {
    return { kind: 'pending', waitingFor: [...pending, ...missing] };
  }
  const notGreen = (check: Check) => check.state === 'red' || (check.state !== 'green' && required.includes(check.name));
  const failed = checks.filter(notGreen).map(({ name, url }) => ({ name, ...(url && { url }) }));
  if (failed.length > 0) return { kind: 'red', failed };
  if (!checks.some((check) => check.state === 'green')) return { kind: 'red', failed: [{ name: 'no check was run' }] };
  return { kind: 'green' };
}
