import { runToItsEnd } from './starting.ts';
import { runWorker } from './worker.ts';

await runToItsEnd(runWorker);
