import { expect, it } from 'vitest';
import { showsInput } from '../../../domain/stages/run-name.ts';

const named = (runName: string) => `name: Deploy\n${runName}\non:\n  workflow_dispatch:\n    inputs:\n      release_key: { required: true }\n      sha: { required: true }\n`;

it.each([
  'run-name: ${{ inputs.release_key }}',
  'run-name: Deploy ${{ inputs.sha }} (${{ github.event.inputs.RELEASE_KEY }})',
  "run-name: ${{ inputs['release_key'] }}",
  'run-name: >-\n  Deploy\n  ${{ inputs.release_key }}',
  'run-name: ${{ toJSON(inputs) }}',
  "run-name: ${{ join(inputs.*, ' ') }}",
])('finds the input in %j', (runName) => {
  expect(showsInput(named(runName), ['release_key'])).toBe(true);
});

it.each(['', '# run-name: ${{ inputs.release_key }}', 'run-name: Deploy', 'run-name: ${{ inputs.sha }}', "run-name: ${{ inputs['sha'] }}", 'run-name:'])('misses it in %j', (runName) => {
  expect(showsInput(named(runName), ['release_key'])).toBe(false);
});

it.each(['', 'nonsense', ': :\n -'])('misses it in the file %j', (text) => {
  expect(showsInput(text, ['release_key'])).toBe(false);
});
