import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { fileCatalog } from '../ports/catalog/file.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { createLog } from './logging/log.ts';
import { serve } from './serve.ts';
import { runToItsEnd } from './starting.ts';
import { createAlarm } from './webhooks/alarm.ts';
import { followCatalog } from './webhooks/current-catalog.ts';
import { createMailbox } from './webhooks/mailbox.ts';
import { createReceiver } from './webhooks/receiver.ts';
import { connectReleases } from './webhooks/releases.ts';
import { receiverSettings } from './webhooks/settings.ts';

/** The process that GitHub's and Jira's webhooks go to. It has no credentials of theirs, and releases do without it, only slower. */
await runToItsEnd(async () => {
  const { secrets, host, port, catalog, logLevel } = receiverSettings(process.env);
  const log = createLog(logLevel, process.env);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);

  const releases = connectReleases(new Client({ connection, namespace, dataConverter: dataConverter(process.env, namespace) }));
  const receive = createMailbox({ catalog: await followCatalog(fileCatalog(catalog), log), ring: createAlarm({ releases, log }), log });
  await serve(createReceiver({ secrets, receive, log }), { host, port, ready: (url) => log.info({ ready: true, namespace, url }, 'waiting for webhooks') });
  await connection.close();
});
