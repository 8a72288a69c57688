import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startSandbox } from './http/server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    dir: { type: 'string' },
    description: { type: 'string' },
    gcs: { type: 'string' },
    log: { type: 'boolean', default: false },
  },
});
if (values.dir === undefined) {
  console.error('usage: serve.js --dir <data dir> [--port 0] [--description <path to api.github.com.json>] [--gcs <fake-gcs-server>] [--log]');
  process.exit(2);
}
await mkdir(values.dir, { recursive: true });
const sandbox = await startSandbox({
  port: Number(values.port),
  dir: values.dir,
  descriptionPath: values.description,
  gcsProgram: values.gcs,
  log: values.log ? (line) => console.error(JSON.stringify(line)) : undefined,
});
console.log(JSON.stringify({ url: sandbox.url }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
