import { z } from 'zod';
import './index.ts';
import './log-labels.ts';
import './trace.ts';

// What is evaluated once, and frozen, for all workflows of a worker: each would evaluate all of it again, and hold it for as long as it waits. So nothing
// of a workflow's may be kept in a module. What zod sets with its first object is set before it is frozen; and it compiles nothing, because it would remember whether it may.
z.config({ jitless: true });
z.object({ text: z.string() }).parse({ text: '' });
