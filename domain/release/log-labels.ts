import { partsOf } from './kinds.ts';

/** Tells an activity at which stage its release is, for its log. */
export const stageHeader = 'slipway-stage';

/** What every line of a log says about the release that it comes from, by the workflow's id; nothing for other workflows. */
export function releaseLabels(workflowId: string): { readonly release?: string; readonly component?: string } {
  const component = partsOf(workflowId)?.component;
  return component === undefined ? {} : { release: workflowId, component };
}
