import type { Stage } from '../../domain/stages/rules.ts';

/** What a release leaves in an environment, in the words of its outcome. */
export function remains({ environment }: Stage): string {
  return `${environment} runs it`;
}
