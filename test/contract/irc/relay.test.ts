import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { WakeUp } from '#contract/beat.ts';
import { ROSTER } from '#contract/roster.ts';
import {
  aLine,
  allJoined,
  join,
  type RelayProcess,
  startWorld,
  until,
  type World,
} from './world.ts';

let world: World;
let relay: RelayProcess;

beforeAll(async () => {
  world = await startWorld();
  relay = world.startRelay();
  await allJoined(world, relay);
});

beforeEach(() => {
  world.spoken.length = 0;
  world.sqs.reset();
});

afterAll(async () => {
  await relay.kill('SIGKILL');
  await world.stop();
});

function textsOf(agentId: string): string[] {
  return world.spoken.filter(({ nick }) => nick === agentId).map(({ text }) => text);
}

describe('the relay', () => {
  it('puts a mention into one inbox once, with one wake-up', async () => {
    const person = await join(world.port, 'maria', '#karmakadabra');
    person.send(
      'PRIVMSG #karmakadabra :hola @kk-soul-extractor, ¿cómo vas? (no kk-soul-extractor2)',
    );
    person.send('PRIVMSG #karmakadabra :nobody in particular');

    await until(() => world.queued('wake').length > 0, { what: () => relay.output.join('') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [entry, ...others] = await world.inbox('kk-soul-extractor');
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ kind: 'mention', sender: 'maria', channel: '#karmakadabra' });
    expect(entry?.['ttl']).toBeGreaterThan(Date.now() / 1000 + 6 * 86_400);
    expect(world.queued('wake').map(({ body }) => WakeUp.parse(JSON.parse(body)))).toEqual([
      { v: 1, agentId: 'kk-soul-extractor', reason: 'mention', id: String(entry?.['id']) },
    ]);
    person.close();
  });

  it("wakes who sells what a stranger needs, and nobody for an agent's own line", async () => {
    const lines = new SqsLines(world.client, world.queues.out);
    await lines.say(aLine(1, { text: 'NEED: raw_logs | $0.01 | @kk-karma-hello' }));
    await until(() => world.spoken.length === 1);
    const person = await join(world.port, 'pedro', '#execution-market');
    person.send('PRIVMSG #execution-market :NEED: Skill profiles | $0.05 USDC | for my bot');

    await until(() => world.queued('wake').length > 0, { what: () => relay.output.join('') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await world.inbox('kk-skill-extractor')).toMatchObject([
      { kind: 'need', sender: 'pedro' },
    ]);
    expect(await world.inbox('kk-karma-hello')).toEqual([]);
    expect(world.queued('wake')).toHaveLength(1);
    person.close();
  });

  it('takes its nick back when a stranger gives it up', async () => {
    await until(() => world.introduced.length === ROSTER.length);
    await relay.kill('SIGTERM');
    const thief = await join(world.port, 'kk-validator', '#karmakadabra');
    relay = world.startRelay();
    await until(() => thief.lines.some((line) => line.includes(':kk-validator_!')), {
      what: () => relay.output.join(''),
    });
    thief.send('NICK thief');

    await until(() =>
      thief.lines.some((line) => /:kk-validator_!\S+ NICK :kk-validator$/.test(line)),
    );
    const validator = ROSTER.find(({ id }) => id === 'kk-validator')!.id;
    await new SqsLines(world.client, world.queues.out).say(aLine(21, { agentId: validator }));
    await until(() => textsOf('kk-validator').length === 1);
    thief.close();
  });

  it('says hostile text as one plain line, and leaves what is no line to the dead letters', async () => {
    const lines = new SqsLines(world.client, world.queues.out);
    await lines.say(aLine(11, { text: 'hi\r\nQUIT :gone\r\nPRIVMSG #kk-ops :injected\0\x01' }));
    await lines.say(aLine(12, { text: 'x'.repeat(2000) }));
    const bodies = ['no json', JSON.stringify({ ...aLine(13), v: 2 }), '{"v":1}'];
    for (const [index, MessageBody] of bodies.entries()) {
      await world.client.send(
        new SendMessageCommand({
          QueueUrl: world.queues.out,
          MessageBody,
          MessageGroupId: `poison-${index}`,
          MessageDeduplicationId: `poison-${index}`,
        }),
      );
    }
    await lines.say(aLine(14));

    await until(() => textsOf('kk-karma-hello').includes('line 14 of kk-karma-hello'), {
      what: () => relay.output.join(''),
    });
    const [first, ...rest] = textsOf('kk-karma-hello');
    expect(first).toBe('hi QUIT :gone PRIVMSG #kk-ops :injected');
    expect(rest).toHaveLength(4);
    expect(rest.every((text) => Buffer.byteLength(text) < 450)).toBe(true);
    await until(() => world.queued('irc-out-dead.fifo').length === 3, {
      what: () => relay.output.join(''),
    });
  });

  it('has introduced each agent once, however often it came', () => {
    expect(relay.output.join('')).toContain('"message":"connected"');
    expect(world.introduced.map(({ nick }) => nick.replace(/_$/, '')).toSorted()).toEqual(
      ROSTER.map(({ id }) => id).toSorted(),
    );
  });

  it('ends at SIGTERM with goodbyes and exit code 0', async () => {
    const person = await join(world.port, 'ana', '#karmakadabra');
    expect(await relay.kill('SIGTERM')).toBe(0);
    await until(() => person.lines.filter((line) => line.includes(' QUIT :')).length === 7);
    person.close();
  });
});
