import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import { beating } from '../../ports/pulse.ts';
import { send } from '../../ports/sending.ts';
import { oneAttempt } from './stand.ts';

let url: string;
let connections: Socket[];
let received: string;

beforeEach(async () => {
  connections = [];
  received = '';
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined).on('data', (data) => {
      received += data.toString();
      if (received.endsWith('{"ref":"main"}')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    for (const socket of connections) socket.destroy();
    server.close();
  };
});

const dispatch = () => send(`${url}/dispatches`, { method: 'POST', headers: { authorization: 'token x' }, body: '{"ref":"main"}', timeoutMs: 5_000, what: 'POST /dispatches', maxAgeMs: 0 });

it('asks whether the attempt is still the current one when its connection is open, and nothing of it has left', async () => {
  const asked: object[] = [];
  const answer = await oneAttempt({}, async () => {
    await expect.poll(() => connections.length).toBe(1);
    asked.push({ received });
    return {};
  }).run(beating(dispatch));
  expect(asked).toEqual([{ received: '' }]);
  expect(answer).toMatchObject({ status: 204 });
  expect(received).toMatch(/^POST \/dispatches HTTP\/1\.1[\s\S]*authorization: token x[\s\S]*content-length: 14\r\n\r\n\{"ref":"main"\}$/);
});

it('sends nothing when the attempt is over, and says why', async () => {
  const over = async () => Promise.reject(new Error('activity task not found'));
  await expect(oneAttempt({}, over).run(beating(dispatch))).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringContaining('activity task not found') });
  expect(received).toBe('');
});

it('asks again when it was frozen between the answer and the sending', async () => {
  let times = 0;
  const ask = async () => {
    if ((times += 1) > 1) throw new Error('activity task not found');
    const until = Date.now() + 120;
    while (Date.now() < until);
    return {};
  };
  await expect(oneAttempt({ heartbeatTimeoutMs: 90 }, ask).run(beating(dispatch))).rejects.toThrow('activity task not found');
  expect(received).toBe('');
});
