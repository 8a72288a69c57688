import { activityInfo } from '@temporalio/activity';
import type { ComponentRecord, Objecting } from '../../domain/component/component-record.ts';
import type { Objections } from '../../domain/people/objection.ts';
import { haltableIn } from '../../ports/catalog/entries.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { readObjections } from '../people/objections.ts';

export interface ComponentSurvey {
  /** Where what people decide is told. */
  readonly channel?: string;
  /** What the run before knew, if somebody has ended it. */
  readonly before?: ComponentRecord;
}

export function createObjections(ports: Pick<Ports, 'catalog' | 'forge' | 'components' | 'releases'>) {
  const { catalog, components, releases } = ports;
  const { concerning } = readObjections(ports);

  /** What a component's workflow has to know when it begins. @throws `InvalidInput` for one of which nothing goes through stages */
  async function surveyComponent({ component }: { readonly component: string }): Promise<ComponentSurvey> {
    const { channel } = haltableIn(await catalog.read(), component);
    const before = await components.endedRecord(component, activityInfo().taskQueue);
    return { ...(channel !== undefined && { channel }), ...(before && { before }) };
  }

  /** Tells the releases of a component that run what people have against what they carry, but for those whose end it was. Those that began a moment ago may be missed: they ask themselves before they merge or deploy. */
  async function tellObjections({ component, objections }: { readonly component: string; readonly objections: Objections }): Promise<void> {
    const { sourceOf } = haltableIn(await catalog.read(), component);
    for (const { release, status } of await releases.running(component)) {
      if ([objections.halt, ...objections.vetoes].some((order) => order?.release === release)) continue;
      const { candidate } = status ?? {};
      const { at, halt, veto } = candidate ? await concerning(objections, { candidate, source: sourceOf(release) }) : { ...objections, veto: undefined };
      await components.tell(release, { at, ...(candidate && { candidate }), ...(halt && { halt }), ...(veto && { veto }) });
    }
  }

  /** Says that the end of a release stands against what comes next. */
  async function object(objecting: Objecting): Promise<void> {
    await components.object(objecting, activityInfo().taskQueue);
  }

  return { surveyComponent, tellObjections: beating(tellObjections), object: beating(object) };
}
