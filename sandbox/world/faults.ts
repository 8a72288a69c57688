export type Action =
  | { readonly kind: 'hold'; readonly when: 'before' | 'after' }
  | { readonly kind: 'fail'; readonly status: number; readonly headers?: Readonly<Record<string, string>> | undefined; readonly body?: unknown }
  | { readonly kind: 'applyThen'; readonly reply: 'reset' | 'timeout' | { readonly status: number } }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'rateLimit'; readonly retryAfterSeconds: number; readonly secondary?: boolean | undefined }
  | { readonly kind: 'staleReads'; readonly seconds: number }
  /** Answered as if it was applied. */
  | { readonly kind: 'swallow' };

/** A write, by its journal key and occurrence, or the n-th request on a route since the fault was planned. */
export type Match =
  | { readonly key: string; readonly nth?: number | undefined }
  | { readonly route: string; readonly nth?: number | undefined };

export interface Fault {
  readonly id: string;
  readonly match: Match;
  readonly times: number;
  readonly action: Action;
  readonly fired: number;
}

/** What is about to happen, and which occurrence of it this would be. */
export interface Occasion {
  readonly key: string;
  readonly nth: number;
}

export interface Faults {
  plan(fault: { match: Match; times?: number | undefined; action: Action }): Fault;
  /** The first planned fault for these writes, counted as fired. */
  forWrite(occasions: readonly Occasion[]): { action: Action; occasion: Occasion } | undefined;
  /** Whether this write is to be held at this moment; counted as fired. */
  holds(occasion: Occasion, when: 'before' | 'after'): boolean;
  /** The first planned fault for a request on this route, counted as fired. */
  forRequest(route: string): { action: Action; occasion: Occasion } | undefined;
  list(): readonly Fault[];
  clear(): void;
}

type Planned = { -readonly [Field in keyof Fault]: Fault[Field] } & { seen: number };

export function createFaults(): Faults {
  const planned: Planned[] = [];
  let last = 0;

  return {
    plan({ match, times = 1, action }) {
      const fault = { id: String((last += 1)), match, times, action, fired: 0, seen: 0 };
      planned.push(fault);
      return publicView(fault);
    },

    forWrite(occasions) {
      for (const fault of planned) {
        const occasion = occasions.find((one) => meetsWrite(fault, one));
        if (occasion === undefined) continue;
        fault.fired += 1;
        return { action: fault.action, occasion };
      }
      return undefined;
    },

    holds(occasion, when) {
      const fault = planned.find((one) => meetsWrite(one, occasion) && one.action.kind === 'hold' && one.action.when === when);
      if (fault) fault.fired += 1;
      return fault !== undefined;
    },

    forRequest(route) {
      // Every fault counts its own requests, also those that an earlier fault of the list takes.
      const met = planned.filter((fault) => meetsRequest(fault, route));
      const [fault] = met;
      if (fault === undefined) return undefined;
      fault.fired += 1;
      return { action: fault.action, occasion: { key: route, nth: fault.seen } };
    },

    list: () => planned.map(publicView),
    clear() {
      planned.length = 0;
    },
  };
}

function meetsWrite(fault: Planned, { key, nth }: Occasion): boolean {
  if (!('key' in fault.match) || fault.match.key !== key || fault.fired >= fault.times) return false;
  return fault.match.nth === undefined || fault.match.nth === nth;
}

function meetsRequest(fault: Planned, route: string): boolean {
  if (!('route' in fault.match) || fault.match.route !== route) return false;
  fault.seen += 1;
  return fault.fired < fault.times && fault.seen >= (fault.match.nth ?? 1);
}

function publicView({ id, match, times, action, fired }: Planned): Fault {
  return { id, match, times, action, fired };
}
