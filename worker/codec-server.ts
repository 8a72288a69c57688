import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverter } from '../temporal/data-converter.ts';
import { createCodecServer } from './codec-server/server.ts';
import { codecServerSettings } from './codec-server/settings.ts';
import { createLog } from './logging/log.ts';
import { serve } from './serve.ts';
import { runToItsEnd } from './starting.ts';

/** The process by which the Temporal UI reads encrypted payloads. It has the keys, and talks to nobody but the UI's pages. */
await runToItsEnd(async () => {
  const { host, port, origin, token, issuer, logLevel } = codecServerSettings(process.env);
  const log = createLog(logLevel, process.env);
  const { namespace = 'default' } = loadClientConnectConfig();
  const [codec] = dataConverter(process.env, namespace).payloadCodecs!;

  const server = createCodecServer({ codec: codec!, namespace, origin, token, issuer, log });
  await serve(server, { host, port, ready: (url) => log.info({ ready: true, namespace, origin, url }, 'waiting for the UI') });
});
