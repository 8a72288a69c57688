import type { Mechanism } from '../../domain/stages/rules.ts';
import type { Forge } from '../forge/forge.ts';
import { deploymentLaunch } from './deployment.ts';
import type { Launch } from './launch.ts';
import { workflowLaunch } from './workflow.ts';

export function launches({ forge }: { readonly forge: Forge }): Readonly<Record<Mechanism['kind'], Launch>> {
  return { workflow: workflowLaunch(forge), deployment: deploymentLaunch(forge) };
}
