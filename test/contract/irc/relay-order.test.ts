import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { ROSTER } from '#contract/roster.ts';
import { aLine, allJoined, type RelayProcess, startWorld, until, type World } from './world.ts';

const EXTRACTORS = ROSTER.filter(({ id }) => id.endsWith('extractor')).map(({ id }) => id);

let world: World;
let relay: RelayProcess;

beforeEach(async () => {
  world = await startWorld();
  relay = world.startRelay();
});

afterEach(async () => {
  await relay.kill('SIGKILL');
  await world.stop();
});

/** So many lines from each of three agents, sent in turns. */
async function sayAll(count: number): Promise<void> {
  const lines = new SqsLines(world.client, world.queues.out);
  for (let number = 0; number < count; number += 1) {
    for (const agentId of EXTRACTORS) await lines.say(aLine(number, { agentId }));
  }
}

function textsOf(agentId: string): string[] {
  return world.spoken.filter(({ nick }) => nick === agentId).map(({ text }) => text);
}

function expected(agentId: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `line ${number} of ${agentId}`);
}

describe('the relay, whatever dies', () => {
  it('speaks for seven agents, each in its order, and loses nothing when the server goes and comes back', async () => {
    await allJoined(world, relay);
    const saying = sayAll(20);
    await until(() => world.spoken.length > 10);
    await world.stopIrcd();
    const before = world.spoken.length;
    await saying;
    await world.restartIrcd();
    expect(before).toBeLessThan(60);

    await until(() => EXTRACTORS.every((id) => textsOf(id).includes(`line 19 of ${id}`)), {
      ms: 15_000,
      what: () => relay.output.join(''),
    });
    // a line under way when the server went may be said twice, but never out of its place
    for (const id of EXTRACTORS) {
      const texts = textsOf(id);
      expect(texts.filter((text, index) => text !== texts[index - 1])).toEqual(expected(id, 20));
      expect(texts.length).toBeLessThanOrEqual(21);
    }
    await until(() => world.queued('irc-out.fifo').length === 0, { what: 'an empty queue' });
  });

  it('loses no line when it is killed, and doubles at most one for each agent', async () => {
    await relay.kill('SIGKILL');
    // more than the burst, so that it is killed while lines wait for their turn
    await sayAll(40);
    relay = world.startRelay();
    await until(() => world.spoken.length > 75);
    await relay.kill('SIGKILL');
    const held = world.sqs.inspectQueue('irc-out.fifo')?.messages.inflight.length;
    expect(held).toBeGreaterThan(0);
    relay = world.startRelay();

    await until(() => EXTRACTORS.every((id) => textsOf(id).includes(`line 39 of ${id}`)), {
      ms: 15_000,
      what: () => relay.output.join(''),
    });
    for (const id of EXTRACTORS) {
      const texts = textsOf(id);
      expect(texts.filter((text, index) => text !== texts[index - 1])).toEqual(expected(id, 40));
      expect(texts.length).toBeLessThanOrEqual(41);
    }
  });
});
