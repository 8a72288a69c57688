import { expect, test } from 'vitest';
import { ProgramMissing, run } from '../../sandbox/parts/command.mjs';

test('resolves with what the program said', async () => {
  expect(await run(process.execPath, ['-p', '6 * 7'])).toBe('42\n');
});

test('adds to the environment instead of replacing it', async () => {
  expect(await run(process.execPath, ['-p', 'process.env.ANCHOR + Boolean(process.env.PATH)'], { env: { ANCHOR: 'down ' } })).toBe('down true\n');
});

test('tells a program that is missing from one that fails', async () => {
  await expect(run('slipway-no-such-program', [])).rejects.toThrow(ProgramMissing);
  await expect(run('slipway-no-such-program', [])).rejects.toThrow('`slipway-no-such-program` is not on the PATH');
});

test('shows the end of what a failing program complained about', async () => {
  const complaint = 'for (let line = 1; line <= 60; line++) console.error(`line ${line}`); process.exit(3)';

  const error: Error = await run(process.execPath, ['-e', complaint]).then(
    () => expect.unreachable(),
    (error) => error,
  );

  expect(error.message).toContain('ended with 3:\nline 21\n');
  expect(error.message.endsWith('line 60')).toBe(true);
});

test('ends a program that takes too long', async () => {
  await expect(run(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { timeoutMs: 100 })).rejects.toThrow('ended with SIGTERM');
});
