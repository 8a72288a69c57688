import type { Approval, Stage } from './rules.ts';

/** A stage with what its environment wants of votes. */
export function assured(stage: Stage, assurance: Approval['assurance']): Stage {
  return stage.approval && assurance ? { ...stage, approval: { ...stage.approval, assurance } } : stage;
}
