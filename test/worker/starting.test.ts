import { expect, it, onTestFinished, vi } from 'vitest';
import { settings } from '../../ports/adapter.ts';
import { z } from 'zod';
import { runToItsEnd } from '../../worker/starting.ts';

it('says in one line what a process lacks, and ends it with a failure', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  onTestFinished(() => void vi.restoreAllMocks());
  await runToItsEnd(async () => void settings({}, { GITHUB_TOKEN: z.string(), SLACK_TOKEN: z.string() }));
  expect(said.mock.calls).toEqual([[expect.stringMatching(/^GITHUB_TOKEN: [^\n]*; SLACK_TOKEN: [^\n]*$/)]]);
  expect(exit).toHaveBeenCalledWith(1);
});
