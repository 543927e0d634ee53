import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { DeliveryDoor } from '#adapters/goods/delivery-door.ts';
import { S3Goods } from '#adapters/goods/s3-goods.ts';
import { ChannelLog } from '#adapters/irc/channel-log.ts';
import { Ears } from '#adapters/irc/ears.ts';
import type { Overheard } from '#adapters/irc/overheard.ts';
import { gunzip, lines } from '#adapters/products/ndjson.ts';
import type { HeardCommand } from '#contract/command.ts';
import { objectKey } from '#contract/keys.ts';
import { DATA_FILE } from '#contract/products.ts';
import { agentOf, COLLECTOR, ROSTER } from '#contract/roster.ts';
import { WALLETS } from '../../support/builders.ts';
import { aFolder } from '../../support/folders.ts';
import { collect } from '../../support/messages.ts';
import { collectAll, house } from '../../unit/logs/house.ts';
import { openRoom, type Room } from './room.ts';

let room: Room;
beforeAll(async () => {
  // the bundle is tested beside this
  room = await openRoom(() => import('../../../functions/irc-commands/irc-commands.lambda.ts'));
});
afterAll(() => room.close());

/** What the relay does with what it hears, the collector with the relay's log, and karma-hello with the corpus. */
function wayOfLog() {
  const memory = house();
  const { objects } = memory;
  const services = {
    ...memory,
    pointers: new DynamoCorpusPointers(room.table.client, room.table.table),
  };
  const commands: HeardCommand[] = [];
  const aLog = (life: string) =>
    new ChannelLog({ dir: aFolder(), life, objects, everyMs: HOUR_MS, onEvent: () => undefined });
  let log = aLog('first');
  const ears = new Ears({
    roster: ROSTER,
    nickOf: String,
    onSaid: (line) => {
      log.add(line);
    },
    onErrand: (errand) => {
      if (errand.kind === 'command') commands.push(errand.command);
    },
  });
  const collected = new Set<string>();
  let minutes = 0;
  const storefrontUrl = 'http://store.test';
  const goods = new S3Goods({
    ...{ objects, storefrontUrl, zone: 'UTC', corpus: new S3Corpus(services) },
    door: new DeliveryDoor({ storefrontUrl, hosts: [], sign: () => Promise.resolve({}) }),
    now: () => new Date(),
    roster: () => Promise.resolve(WALLETS),
    secret: new TextEncoder().encode('a secret of 32 bytes, more or less'),
  });
  const textOf = async (key: string): Promise<string> => {
    const body = await objects.open(key);
    if (body === undefined || body === 'changed') throw new Error(`no ${key}`);
    return (await collect(lines(gunzip(body)))).flat().join('\n');
  };
  return {
    say: async (...said: readonly (readonly [sender: string, text: string])[]) => {
      for (const [sender, text] of said) {
        minutes += 1;
        ears.hear({ ...LINE, sender, text, msgid: `${minutes}`, ts: at(minutes) }, true);
      }
      await room.obey(...commands.splice(0));
    },
    /** Everything that karma-hello makes of what was said until now, when the relay ends and begins anew. */
    products: async () => {
      await log.drain();
      log = aLog(`after-${collected.size}`);
      const events = [];
      for await (const { key, eTag } of objects.list(objectKey.log(COLLECTOR, 'irc/'))) {
        if (collected.has(key)) continue;
        collected.add(key);
        const source = key.slice(objectKey.log(COLLECTOR, '').length);
        events.push({ agent: COLLECTOR, source, key, eTag, sequence: '1', isRemoval: false });
      }
      await collectAll(services, [events]);
      const { version } = (await new S3Corpus(services).pointer(COLLECTOR))!;
      const order = { agentId: COLLECTOR, generation: version.slice(0, 16), inputs: [] };
      const texts = agentOf(COLLECTOR).sells.map(async (product) => {
        const made = (await goods.refine({ ...order, product }))!;
        const key = objectKey.product(COLLECTOR, product, `${made.version}/${DATA_FILE}`);
        return [product, await textOf(key)] as const;
      });
      return Object.fromEntries(await Promise.all(texts));
    },
  };
}

const HOUR_MS = 3_600_000;
const LINE: Omit<Overheard, 'sender' | 'text' | 'ts'> = {
  channel: '#karmakadabra',
  kind: 'message',
  msgid: undefined,
  hostmask: 'somebody@home.example',
  account: undefined,
};

function at(minute: number): Date {
  return new Date(Date.parse('2026-01-01T12:00:00Z') + minute * 60_000);
}

it('takes who says !optout out of what is made of the log of the channel where that was said', async () => {
  const way = wayOfLog();
  // statistics leave out who said less
  for (let times = 0; times < 3; times += 1)
    await way.say(
      ['Zoraida77', 'i write python and docker every day'],
      ['pedro', 'zoraida77: and solidity?'],
      ['kk-karma-hello', 'HAVE: raw_logs | $0.01 | zoraida77 is in it'],
      ['luis', 'docker is fine'],
    );
  const before = await way.products();
  expect(before['raw_logs']).toMatch(/Zoraida77/);
  expect(before['user_stats']).toMatch(/Zoraida77/);

  await way.say(['zoraida77', '!optout'], ['Zoraida77', 'still here'], ['pedro', 'bye @zoraida77']);
  const after = await way.products();
  expect(Object.keys(after)).toHaveLength(3);
  for (const [product, text] of Object.entries(after)) {
    expect(text, product).not.toMatch(/zoraida|still here|kk-karma-hello|home\.example/i);
    expect(text, product).not.toBe('');
  }
  expect(after['raw_logs']).toMatch(/pedro.*bye/);

  await way.say(['zoraida77', '!optin']);
  expect((await way.products())['raw_logs']).toMatch(/still here/);
});
