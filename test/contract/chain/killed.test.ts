import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PaymentInfo, paymentInfoToJson } from '#contract/escrow.ts';
import { anEvent, aPayment, network, startHouse, walletOf } from './house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

it('a facilitator killed after sending and before answering has done no harm: the next one answers the same transaction', async () => {
  const info = PaymentInfo.parse(paymentInfoToJson(aPayment()));
  const authorization = await walletOf(6).signLock(info);
  const before = await house.chain.balanceOf(info.payer);

  const sent = await lockAndDie({
    x402Version: 2,
    scheme: 'escrow',
    payload: { ...authorization, paymentInfo: paymentInfoToJson(info) },
    paymentRequirements: { scheme: 'escrow', network: network.caip2 },
  });

  expect(await house.facilitator.lock(info, authorization)).toEqual({ kind: 'settled', tx: sent });
  expect(await house.chain.balanceOf(info.payer)).toBe(before - info.maxAmount);
  // the dead one's lease runs out, and others go on
  const other = aPayment();
  expect(await house.facilitator.lock(other, await walletOf(6).signLock(other))).toMatchObject({
    kind: 'settled',
  });
});

/** Runs the handler in a process of its own, which is killed when the node has its transaction; answers the transaction. */
async function lockAndDie(body: unknown): Promise<string> {
  const killed = Promise.withResolvers<string>();
  const between = createServer((request, response) => {
    void (async () => {
      const call = await text(request);
      const answer = await (await fetch(house.rpcUrl, { method: 'POST', body: call })).text();
      if (call.includes('eth_sendRawTransaction')) {
        child.kill('SIGKILL');
        killed.resolve((JSON.parse(answer) as { result: string }).result);
      } else {
        response.setHeader('content-type', 'application/json').end(answer);
      }
    })();
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const rpc = `http://127.0.0.1:${String((between.address() as { port: number }).port)}`;

  const event = anEvent({
    method: 'POST',
    path: '/settle',
    headers: {},
    body: JSON.stringify(body),
  });
  const module = new URL('../../../functions/facilitator/facilitator.lambda.ts', import.meta.url)
    .href;
  const program = `const { handler } = await import(${JSON.stringify(module)});
    await handler(JSON.parse(process.env.EVENT));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('../../..', import.meta.url),
    env: { ...process.env, RPC_URL: rpc, EVENT: JSON.stringify(event) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit').then(() => 'ended without sending');
  const sent = await Promise.race([killed.promise, exited]);
  await exited;
  between.closeAllConnections();
  between.close();
  return sent;
}
