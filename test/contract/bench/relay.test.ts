import { expect, it } from 'vitest';
import { benchRelay } from '../../../scripts/bench/relay.ts';

it('bench -- relay: every line of both directions arrives, beside irc-framework alone', {
  timeout: 240_000,
}, async () => {
  const result = await benchRelay({ lines: 200, seconds: 0.2, connections: [3], reconnecting: 0 });
  const { inbound, channelToQueue, queueToChannel, outbound, memory } = result;
  expect(inbound.lines).toBe(200);
  expect(inbound.relayPerSecond).toBeGreaterThan(0);
  expect(inbound.ircFrameworkPerSecond).toBeGreaterThan(0);
  expect([channelToQueue.lines, queueToChannel.lines, outbound.lines]).toEqual([40, 10, 7 * 30]);
  expect(memory).toMatchObject([{ connections: 3 }]);
  expect(memory[0]?.rssMb).toBeGreaterThan(20);
});
