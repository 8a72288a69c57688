import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

// node slow-line.js <port> <ms>: a line to 127.0.0.1:<port> on which every answer takes so much longer. Prints where it begins.
const [target = 0, ms = 0] = process.argv.slice(2).map(Number);

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
  pass(near, far, 0);
  pass(far, near, ms);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));

function pass(from: Socket, to: Socket, delayMs: number): void {
  const later = (act: () => void) => (delayMs > 0 ? setTimeout(act, delayMs) : act());
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
}
