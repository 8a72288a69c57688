import { withoutSecrets } from './logging/secrets.ts';

/** Runs a process to its end. What it can't begin or go on with is said in one line, and with its stack where the log is that of a debugger. */
export async function runToItsEnd(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const strike = withoutSecrets(process.env);
    const isDebugged = /^(debug|trace)$/.test(process.env.SLIPWAY_LOG_LEVEL ?? '');
    console.error(strike(isDebugged && stack ? stack : message.replaceAll(/\s*\n\s*/g, '; ')));
    process.exit(1);
  }
}
