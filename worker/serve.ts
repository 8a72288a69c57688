import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Called with the server's URL as soon as it can be asked. */
  readonly ready: (url: string) => void;
}

/** Serves until the process is told to stop, and then answers what was asked before. */
export async function serve(server: Server, { host, port, ready }: Listening): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
  ready(`http://${host}:${(server.address() as AddressInfo).port}`);

  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  server.close();
  server.closeIdleConnections();
  await once(server, 'close');
}
