/** What one job, one app's check or one status context says of a SHA: the newest attempt of each only. */
export interface Check {
  readonly name: string;
  /** The workflow's file or the app that it is of, as names alone are not unique; a status context is of nobody. */
  readonly of?: string;
  readonly state: 'pending' | 'green' | 'red' | 'neutral' | 'skipped';
  /** Since when it stands so, or is waited for. ISO 8601; unknown where the forge does not tell. */
  readonly since?: string;
  /** It was only announced: nothing shows that it will ever run. */
  readonly announced?: true;
  readonly url?: string;
}

export type CheckName = Pick<Check, 'name' | 'of'>;

/** Which checks decide on a commit, by name ("lint"), by what they are of ("nightly.yml"), or by both ("nightly.yml / lint"). */
export interface Demand {
  /** Where any is named, these decide, and no other. */
  readonly required: readonly string[];
  /** Count for nothing, unless they are required. */
  readonly ignored?: readonly string[];
  /** Must have reported, too, though others decide as well: the branch asks for them. */
  readonly awaited?: readonly string[];
  /** Status contexts that a comparable commit has: nothing else tells which are yet to be posted. */
  readonly usual?: readonly string[];
  /** How long (ms) what may never come is waited for. */
  readonly patience?: number;
}

export type PipelineVerdict =
  | Pending
  /** `silent` were announced, and have not come within the time that they had. */
  | { readonly kind: 'green'; readonly silent?: readonly string[] }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] };

/** `missing` are required, and have not reported. Neither: nothing has reported at all. */
export interface Pending {
  readonly kind: 'pending';
  readonly running: readonly string[];
  readonly missing: readonly string[];
  /** The last time that anything of the commit was seen to change, in ms since the epoch, as far as that is known. */
  readonly quietSince?: number;
}

export interface FailedCheck {
  readonly name: string;
  readonly of?: string;
  readonly url?: string;
}

/** Why a commit is not green though no check of it has failed. */
export const nothingRan: FailedCheck = { name: 'no check was run' };

/** Failed checks as one line for people. */
export function toldFailures(failed: readonly FailedCheck[]): string {
  return failed.map(({ name, url }) => (url ? `${name} ${url}` : name)).join(', ');
}

/** What a pending pipeline waits for, as one line for people. */
export function toldWait({ running, missing }: Pick<Pending, 'running' | 'missing'>): string {
  return [...running, ...missing].join(', ') || 'a first check';
}

/** What tells a check from others of its name, where anything does. */
export function checkLabel({ name, of }: CheckName): string {
  return of === undefined || of === name ? name : `${of} / ${name}`;
}

/** Whether a check is meant by this name, which may say of what it is. */
export function isCalled(check: CheckName, called: string): boolean {
  return called === check.name || called === check.of || called === checkLabel(check);
}

/**
 * Whether a SHA's checks allow it to be released. Only neutral and skipped ones are not green: nothing was tested. A required
 * check that has not reported yet is waited for, and so is a first one: forges show them some time after the push.
 */
export function judge(checks: readonly Check[], demand: Demand, now: number): PipelineVerdict {
  const { required, awaited = [], usual = [], patience = 0 } = demand;
  const isOver = (since: string | undefined) => since === undefined || now - Date.parse(since) >= patience;
  const counted = deciding(checks, demand);
  const isLate = (check: Check) => check.announced === true && isOver(check.since);
  const silent = names(counted.filter(isLate));
  const heard = counted.filter((check) => !isLate(check));

  const missing = [...new Set([...required, ...awaited])].filter((name) => !heard.some((check) => isCalled(check, name)));
  const running = names(heard.filter(({ state }) => state === 'pending'));
  const quietSince = newest(checks);
  const pending = (more: Partial<Pending>): Pending => ({ kind: 'pending', running, missing, ...(quietSince !== undefined && { quietSince }), ...more });
  if (heard.length === 0 || running.length > 0 || missing.length > 0) return pending({});

  const failed = heard.filter(({ state }) => state === 'red').map(failure);
  if (failed.length > 0) return { kind: 'red', failed };
  const untested = required.filter((name) => !heard.some((check) => isCalled(check, name) && check.state === 'green'));
  if (untested.length > 0) return { kind: 'red', failed: untested.map((name) => failure(heard.find((check) => isCalled(check, name))!)) };
  if (!heard.some(({ state }) => state === 'green')) return { kind: 'red', failed: [nothingRan] };
  if (required.length > 0) return { kind: 'green' };

  // Nothing tells when the last status has been posted: of a comparable commit all are known, else it has to be quiet for a while.
  const contexts = heard.filter(({ of }) => of === undefined);
  const unposted = usual.filter((name) => !contexts.some((context) => context.name === name));
  const isTold = awaited.length > 0 || (usual.length > 0 ? unposted.length === 0 : contexts.length === 0);
  if (!isTold && quietSince !== undefined && now - quietSince < patience) return pending(unposted.length > 0 ? { missing: unposted } : { running: ['more status contexts'] });
  return { kind: 'green', ...(silent.length > 0 && { silent }) };
}

function deciding(checks: readonly Check[], { required, ignored = [], awaited = [] }: Demand): readonly Check[] {
  const isNamed = (check: Check, list: readonly string[]) => list.some((called) => isCalled(check, called));
  if (required.length > 0) return checks.filter((check) => isNamed(check, required) || isNamed(check, awaited));
  return checks.filter((check) => isNamed(check, awaited) || !isNamed(check, ignored));
}

function newest(checks: readonly Check[]): number | undefined {
  const times = checks.flatMap(({ since }) => (since === undefined ? [] : [Date.parse(since)]));
  return times.length > 0 ? Math.max(...times) : undefined;
}

function names(checks: readonly Check[]): readonly string[] {
  return [...new Set(checks.map(({ name }) => name))];
}

function failure({ name, of, url }: Check): FailedCheck {
  return { name, ...(of !== undefined && { of }), ...(url && { url }) };
}
