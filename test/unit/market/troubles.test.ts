import { describe, expect, it } from 'vitest';
import { send } from '#adapters/em/wire.ts';
import { Address, Hex } from '#contract/ids.ts';

const signer = {
  chainId: 84_532,
  address: Address.parse(`0x${'1'.repeat(40)}`),
  signMessage: () => Promise.resolve(Hex.parse('0x')),
};
const ASKED = {
  method: 'GET',
  url: 'http://market.example/api/v1/tasks',
  isSigned: false,
} as const;

async function troublesOf(answer: () => Promise<Response>): Promise<number> {
  let troubles = 0;
  const onTrouble = () => (troubles += 1);
  const options = { url: 'http://market.example', signer, now: () => new Date(), onTrouble };
  await send(ASKED, { ...options, fetch: answer }).catch(() => undefined);
  return troubles;
}

describe('trouble with the market', () => {
  it.each([429, 500, 503])('is an answer %i', async (status) => {
    expect(await troublesOf(() => Promise.resolve(new Response('', { status })))).toBe(1);
  });

  it('is no answer', async () => {
    expect(await troublesOf(() => Promise.reject(new Error('fetch failed')))).toBe(1);
  });

  it.each([200, 401, 404, 409])('is not an answer %i: the market works', async (status) => {
    expect(await troublesOf(() => Promise.resolve(new Response('{}', { status })))).toBe(0);
  });
});
