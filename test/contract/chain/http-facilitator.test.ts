import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import { aPayment, network } from './house.ts';

const tx = `0x${'ab'.repeat(32)}` as const;
let server: Server;
let answer: { status: number; body: string } | 'silence';
let url: string;

beforeAll(async () => {
  server = createServer((_, response) => {
    if (answer !== 'silence') response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as { port: number }).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const release = (to = url) =>
  new HttpFacilitator({ url: to, network, timeoutMs: 300 }).release(aPayment());
const settled = { success: true, transaction: tx, network: network.caip2 };
const refused = {
  success: false,
  transaction: '',
  network: network.caip2,
  errorReason: 'not_locked',
};

describe('HttpFacilitator', () => {
  it.each([
    ['a settlement', { status: 200, body: settled }, { kind: 'settled', tx }],
    ['a clear refusal', { status: 422, body: refused }, { kind: 'refused', reason: 'not_locked' }],
    [
      'a refusal without a reason',
      { status: 422, body: { ...refused, errorReason: undefined } },
      { kind: 'unknown' },
    ],
    [
      'success without a transaction',
      { status: 200, body: { ...settled, transaction: '0xpending' } },
      { kind: 'unknown' },
    ],
    ['a refusal with status 200', { status: 200, body: refused }, { kind: 'unknown' }],
    [
      'an unsigned caller',
      { status: 401, body: { ...refused, errorReason: 'expired' } },
      { kind: 'unknown' },
    ],
    ['a throttle', { status: 429, body: { message: 'Too Many Requests' } }, { kind: 'unknown' }],
    [
      'a busy house',
      { status: 503, body: { ...refused, errorReason: 'busy' } },
      { kind: 'unknown' },
    ],
    ['no JSON', { status: 502, body: undefined }, { kind: 'unknown' }],
  ])('takes %s for what it is', async (_, { status, body }, outcome) => {
    answer = { status, body: body === undefined ? '<html>' : JSON.stringify(body) };

    expect(await release()).toMatchObject(outcome);
  });

  it('does not know what became of it when nobody answers, in time or at all', async () => {
    answer = 'silence';

    expect(await release()).toMatchObject({ kind: 'unknown' });
    expect(await release('http://127.0.0.1:9')).toMatchObject({ kind: 'unknown' });
  });
});
