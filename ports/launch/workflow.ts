import { fillInputs } from '../../domain/stages/inputs.ts';
import type { Mechanism } from '../../domain/stages/rules.ts';
import { showsInput } from '../../domain/stages/run-name.ts';
import { neverRetry } from '../failures.ts';
import type { Forge } from '../forge/forge.ts';
import type { Launch, Target } from './launch.ts';

type Dispatch = Extract<Mechanism, { kind: 'workflow' }>;

/** A workflow of the forge's CI, which is dispatched. */
export function workflowLaunch({ access, commits, workflowRuns }: Pick<Forge, 'access' | 'commits' | 'workflowRuns'>): Launch<Dispatch> {
  /** Names of the inputs that carry the key, if a run's name shows none of them: each attempt would deploy again. */
  async function unseenInputs({ workflow, inputs }: Dispatch, { repository, branch, key }: Pick<Target, 'repository' | 'branch' | 'key'>): Promise<readonly string[]> {
    const text = await commits.read(repository, `.github/workflows/${workflow}`, branch);
    const carrying = Object.keys(inputs).filter((name) => inputs[name]!.includes(key));
    return text === undefined || showsInput(text, carrying) ? [] : carrying;
  }

  return {
    find: ({ workflow }, { repository, key }) => workflowRuns.carrying(repository, workflow, key),

    async start(mechanism, target, { attempt }) {
      const { repository, branch } = target;
      const { workflow } = mechanism;
      const { inputs } = fillInputs(mechanism, { attempt: String(attempt) });
      const unseen = await unseenInputs(mechanism, target);
      if (unseen.length > 0) {
        throw neverRetry('InvalidInput', `${workflow} of ${repository} must show the input ${unseen.join(' or ')} in its run-name (on ${branch}): else its run can't be found. Nothing was dispatched`);
      }
      await workflowRuns.dispatch(repository, workflow, branch, inputs);
    },

    cancel: (repository, id) => workflowRuns.cancel(repository, id),
    look: (repository, id) => workflowRuns.get(repository, id),
    succeeded: ({ workflow }, { repository }) => workflowRuns.succeeded(repository, workflow),

    requires: (mechanism, target) => [
      {
        name: `${mechanism.workflow} of ${target.repository}`,
        async lack() {
          const { workflow } = mechanism;
          const state = await access.workflow(target.repository, workflow);
          if (!state) return { what: 'does not exist', todo: `add .github/workflows/${workflow}, which workflow_dispatch starts` };
          if (state === 'disabled') return { what: 'is disabled', todo: 'enable it' };
          const unseen = await unseenInputs(mechanism, target);
          if (unseen.length === 0) return undefined;
          return { what: `does not show ${unseen.join(', ')} in its run-name on ${target.branch}`, todo: `a run is found by its key: run-name: \${{ inputs.${unseen[0]} }}` };
        },
      },
    ],
  };
}
