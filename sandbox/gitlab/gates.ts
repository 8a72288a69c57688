/**
 * A feature's gates, as the library below GitLab's flags keeps them. A gate for single actors or groups is open for those, the
 * percentages for so many of the actors or of the calls, and `boolean` for all.
 */
export interface Gates {
  readonly boolean: boolean;
  readonly actors: readonly string[];
  readonly percentageOfActors: number;
  readonly percentageOfTime: number;
  readonly groups: readonly string[];
}

/** The flags of one GitLab, by name. A flag is there once it was set. */
export type Features = Map<string, Gates>;

/** What `POST /features/:name` asks for, checked. */
export interface GateRequest {
  readonly value: string;
  readonly key?: string | undefined;
  /** `User:jane`, `Project:gitlab-org/gitaly`, … */
  readonly actors: readonly string[];
  readonly groups: readonly string[];
}

/**
 * GitLab once kept 100 % as a percentage, so that `true` had to follow; later it takes 100 for `true`, and refuses a percentage
 * for a flag that is fully on.
 */
export type Hundred = 'percentage' | 'boolean';

export type Changed = { readonly kind: 'changed'; readonly gates: Gates } | { readonly kind: 'refused'; readonly message: string };

const closed: Gates = { boolean: false, actors: [], percentageOfActors: 0, percentageOfTime: 0, groups: [] };

/** The gates after a request: `true` and `false` clear all others, a percentage sets its own gate only. */
export function changeGates(present: Gates = closed, request: GateRequest, hundred: Hundred): Changed {
  const on = request.value === 'true' || (hundred === 'boolean' && Number(request.value) === 100);
  const off = request.value === 'false' || Number(request.value) === 0;
  if (request.actors.length > 0 || request.groups.length > 0) return changeTargets(present, request, { on, off });
  if (on) return { kind: 'changed', gates: { ...closed, boolean: true } };
  if (off) return { kind: 'changed', gates: closed };
  const percentage = Number(request.value);
  if (!/^\d+(\.\d+)?$/.test(request.value) || percentage > 100) return { kind: 'refused', message: `Cannot set it to ${JSON.stringify(request.value)}` };
  const ofActors = request.key === 'percentage_of_actors';
  if (hundred === 'boolean' && stateOf(present) === 'on') {
    return { kind: 'refused', message: `Cannot enable percentage of ${ofActors ? 'actors' : 'time'} for a fully-enabled flag` };
  }
  return { kind: 'changed', gates: { ...present, [ofActors ? 'percentageOfActors' : 'percentageOfTime']: percentage } };
}

function changeTargets(present: Gates, { value, actors, groups }: GateRequest, { on, off }: { on: boolean; off: boolean }): Changed {
  if (!on && !off) return { kind: 'refused', message: `Cannot set it to ${JSON.stringify(value)} for ${[...actors, ...groups].join(', ')}` };
  const without = (list: readonly string[], names: readonly string[]) => list.filter((name) => !names.includes(name));
  return {
    kind: 'changed',
    gates: {
      ...present,
      actors: [...without(present.actors, actors), ...(on ? actors : [])],
      groups: [...without(present.groups, groups), ...(on ? groups : [])],
    },
  };
}

/** As `GET /features` shows a feature: of the gates, `boolean` always and the others where they are open. */
export function renderFeature(name: string, gates: Gates) {
  const { boolean, actors, percentageOfActors, percentageOfTime, groups } = gates;
  return {
    name,
    state: stateOf(gates),
    gates: [
      { key: 'boolean', value: boolean },
      ...(actors.length > 0 ? [{ key: 'actors', value: actors }] : []),
      ...(percentageOfActors > 0 ? [{ key: 'percentage_of_actors', value: percentageOfActors }] : []),
      ...(percentageOfTime > 0 ? [{ key: 'percentage_of_time', value: percentageOfTime }] : []),
      ...(groups.length > 0 ? [{ key: 'groups', value: groups }] : []),
    ],
    definition: null,
  };
}

export function sameGates(one: Gates, other: Gates): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** For journal keys: "true", "25", "false", or the open gates by name. */
export function shownGates({ boolean, actors, percentageOfActors, percentageOfTime, groups }: Gates): string {
  const special = [...actors, ...groups, ...(percentageOfTime > 0 ? [`${percentageOfTime} of time`] : [])];
  if (special.length > 0) return special.join(',');
  return boolean ? 'true' : String(percentageOfActors || false);
}

function stateOf({ boolean, actors, percentageOfActors, percentageOfTime, groups }: Gates): 'on' | 'conditional' | 'off' {
  if (boolean || percentageOfTime === 100) return 'on';
  return actors.length > 0 || groups.length > 0 || percentageOfActors > 0 || percentageOfTime > 0 ? 'conditional' : 'off';
}
