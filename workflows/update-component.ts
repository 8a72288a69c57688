import { parseInput } from '../domain/input.ts';
import type { Outcome } from '../domain/outcome.ts';
import { releaseRequestExample, updateRequest } from '../domain/release-request.ts';
import type { UpdateRequest } from '../domain/release-request.ts';
import { planning } from './activities.ts';
import { chosen } from './choosing.ts';
import { concluded } from './conclusion.ts';
import { receiveUnknown } from './inbox.ts';
import { wake } from './messages.ts';
import { startReporting } from './reporting.ts';
import { requested } from './requested.ts';
import { keepStatus } from './status.ts';
import { openWake } from './wake.ts';

/**
 * The hourly task of a component: looks for the newest green commit, and offers it to the component's release, which is started where it
 * does not run. It only reads: the release alone writes. Input: `{ "component": "gitaly" }`.
 */
export async function updateComponent(input?: UpdateRequest): Promise<Outcome> {
  const { component } = requested(parseInput(updateRequest, input, releaseRequestExample));
  const status = keepStatus(component);
  const { wakeable } = openWake();
  receiveUnknown([wake.name], status);

  return concluded(status, startReporting(status), async () => {
    const plan = await chosen({ component }, { status, wakeable });
    if (plan.kind !== 'release') return plan;
    await planning.offer.executeWithOptions({ summary: plan.id }, [{ release: plan.id, component, sha: plan.candidate }]);
    return { kind: 'handedOver', to: plan.id };
  });
}
