import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { AgentId } from '#contract/ids.ts';
import type { CorpusManifest, LogRecord } from '#contract/log-record.ts';
import { NAMESPACE } from '#contract/metrics.ts';
import { S3Notification } from '#contract/s3-event.ts';
import { readManifest, rebuild } from '#core/logs/rebuild.ts';
import { logEventOf, take } from '#core/logs/take.ts';
import { collectLogs } from '../../../functions/collect-logs/collect-logs.lambda.ts';
import type { Services } from '../../../functions/collect-logs/wiring.ts';
import { dying } from '../../unit/logs/memory.ts';
import { type Notice, sqsEvent, startCollection } from './collection.ts';

const IRC = join(import.meta.dirname, '../../../../shared/data/ubuntu-irc');
const DAY = '[10:00] <ada> hola\n[10:01] <bob> buenas\nodd\n';

let house: Awaited<ReturnType<typeof startCollection>>;
let services: Services;
let corpus: S3Corpus;
let tests = 0;

beforeAll(async () => {
  house = await startCollection();
});
afterAll(() => house.close());
/** Each test has its own table; objects are named by content or by the test's agent. */
let agent = AgentId.parse('kk-karma-hello');
beforeEach(async () => {
  tests += 1;
  agent = AgentId.parse(`kk-test-${tests}`);
  await house.newTable(`economy-${tests}`);
  services = house.servicesOn(`economy-${tests}`);
  corpus = new S3Corpus(services);
  house.woken.length = 0;
  house.measured.length = 0;
});

async function upload(source: string, content: string | Uint8Array, sequence = 1): Promise<Notice> {
  const key = `${agent}/logs/${source}`;
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await services.objects.put(key, body, { contentType: 'text/plain' });
  const head = await services.objects.head(key);
  return { key, eTag: head?.eTag ?? '', sequence };
}

async function messages(): Promise<LogRecord[]> {
  const pointer = await corpus.pointer(agent);
  return pointer === undefined ? [] : Array.fromAsync(corpus.messages(pointer));
}

async function manifest(): Promise<CorpusManifest> {
  const pointer = await corpus.pointer(agent);
  return readManifest(pointer?.manifestKey ?? '', services.objects);
}

describe('collect-logs', () => {
  it('turns uploads into one version, and wakes their owner once', async () => {
    const chat = [{ timestamp: '2005-02-08T10:00:30Z', user: 'eve', message: 'hey' }];
    const answer = await collectLogs(
      sqsEvent([
        await upload('2005-02-08 día 1.txt', DAY),
        await upload('chat_logs_20050208.json', JSON.stringify({ messages: chat })),
      ]),
      services,
    );

    expect(answer).toEqual({ batchItemFailures: [] });
    expect((await messages()).map(({ ts, text }) => `${ts} ${text}`)).toEqual([
      '2005-02-08T10:00:00Z hola',
      '2005-02-08T10:00:30Z hey',
      '2005-02-08T10:01:00Z buenas',
    ]);
    const pointer = await corpus.pointer(agent);
    expect(pointer).toMatchObject({
      messages: 3,
      days: 1,
      sources: 2,
      quarantined: 1,
      revision: 1,
    });
    // one line a source, in no order: they are read at once
    const metrics = house.measured.map((line): unknown => JSON.parse(line));
    expect(metrics).toHaveLength(2);
    expect(metrics).toContainEqual(
      expect.objectContaining({ MessagesCollected: 2, RecordsQuarantined: 1 }),
    );
    expect(metrics).toContainEqual(
      expect.objectContaining({ MessagesCollected: 1, RecordsQuarantined: 0 }),
    );
    expect(house.woken).toEqual([
      { v: 1, agentId: agent, reason: 'corpus', id: `corpus-${pointer?.version}` },
    ]);
  });

  it('reports each object in one line of metrics, and every piece is stored, a copy, no message, or quarantined', async () => {
    const irc = '[10:00] <ada> hola\n[10:01] <bob> buenas\n[10:99] <ada> when\n=== eve joined\n';
    const notices = [
      await upload('2005-02-08.txt', irc),
      await upload('copy/2005-02-08.txt', irc),
      await upload('none.bin', 'nothing known'),
    ];
    await collectLogs(sqsEvent([...notices, ...notices]), services);

    const Line = z.object({
      _aws: z.object({
        CloudWatchMetrics: z.array(
          z.object({ Namespace: z.string(), Metrics: z.array(z.object({ Name: z.string() })) }),
        ),
      }),
      source: z.string(),
      PiecesRead: z.number(),
      MessagesCollected: z.number(),
      NotMessages: z.number(),
      RecordsQuarantined: z.number(),
    });
    const lines = house.measured.map((line) => Line.parse(JSON.parse(line)));
    // the second telling of each has zeros: a metric that disappears cannot alarm
    expect(lines).toHaveLength(6);
    expect(lines.map(({ source }) => source).toSorted()).toEqual(
      ['2005-02-08.txt', 'copy/2005-02-08.txt', 'none.bin'].flatMap((name) => [name, name]),
    );
    for (const line of lines) {
      expect(line.PiecesRead).toBe(
        line.MessagesCollected + line.NotMessages + line.RecordsQuarantined,
      );
      expect(line._aws.CloudWatchMetrics).toMatchObject([{ Namespace: NAMESPACE }]);
      expect(line._aws.CloudWatchMetrics[0]?.Metrics).toHaveLength(4);
    }
    const sum = (name: 'PiecesRead' | 'MessagesCollected' | 'NotMessages' | 'RecordsQuarantined') =>
      lines.reduce((all, line) => all + line[name], 0);
    const { counts, messages: stored } = await manifest();
    expect(counts).toMatchObject({ read: 9, messages: 4, notMessages: 2, quarantined: 3 });
    expect([sum('PiecesRead'), sum('NotMessages'), sum('RecordsQuarantined')]).toEqual([9, 2, 3]);
    const duplicates = sum('MessagesCollected') - stored;
    expect([stored, duplicates]).toEqual([2, 2]);
    expect(await messages()).toHaveLength(stored);
  });

  it('changes nothing when the same events come again, but wakes again: the first may have died before waking', async () => {
    const notice = await upload('2005-02-08.txt', DAY);
    await collectLogs(sqsEvent([notice]), services);
    const before = await corpus.pointer(agent);
    await collectLogs(sqsEvent([notice, notice]), services);
    expect(house.woken).toHaveLength(1);

    await collectLogs(sqsEvent([{ ...notice, receives: 2 }]), services);
    expect(house.woken).toHaveLength(2);
    expect(await corpus.pointer(agent)).toEqual(before);
  });

  it('reports the one message that failed, and takes the others', async () => {
    const good = await upload('2005-02-08.txt', DAY);
    const event = sqsEvent([good, good]);
    event.Records[0]!.body = 'no json';

    expect(await collectLogs(event, services)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(await messages()).toHaveLength(2);
  });

  it('passes over keys that are no logs, and the test event of S3', async () => {
    const keys = ['products/x', 'logs/', 'logs/folder/', 'corpus/logs/x'].map(
      (path) => `${agent}/${path}`,
    );
    const event = sqsEvent(
      [...keys, 'logs/x.txt', 'No-Agent/logs/x.txt'].map((key) => ({
        key,
        eTag: 'x',
        sequence: 1,
      })),
    );
    event.Records[0]!.body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' });

    expect(await collectLogs(event, services)).toEqual({ batchItemFailures: [] });
    expect(await corpus.pointer(agent)).toBeUndefined();
  });

  it('ends the same when it dies at any step and the messages come again', async () => {
    const notices = [await upload('2005-02-08.txt', DAY), await upload('x/2005-02-08.txt', DAY)];
    await collectLogs(sqsEvent(notices), services);
    const expected = { ...(await services.pointers.pointer(agent)), revision: undefined };

    for (let steps = 0, isDone = false; !isDone; steps += 1) {
      const table = `economy-${tests}-${steps}`;
      await house.newTable(table);
      const fresh = house.servicesOn(table);
      const life = { left: steps };
      const { objects, pointers, wakeUps } = fresh;
      const mortal = {
        ...fresh,
        objects: dying(objects, life),
        pointers: dying(pointers, life),
        wakeUps: dying(wakeUps, life),
      };
      house.woken.length = 0;
      const { batchItemFailures } = await collectLogs(sqsEvent(notices), mortal);
      isDone = life.left >= 0;
      const again = notices.filter((_, n) =>
        batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === `message-${n}`),
      );
      expect(again.length > 0).toBe(!isDone);
      await collectLogs(sqsEvent(again.map((notice) => ({ ...notice, receives: 2 }))), fresh);

      expect({ ...(await fresh.pointers.pointer(agent)), revision: undefined }).toEqual(expected);
      expect(house.woken.length).toBeGreaterThan(0);
    }
  });

  it('makes one corpus of many collectors at work at once', async () => {
    const notices = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        upload(`2005-02-${String(n + 1).padStart(2, '0')}.txt`, DAY),
      ),
    );
    await Promise.all(
      [0, 4, 8].map((n) => collectLogs(sqsEvent(notices.slice(n, n + 4)), services)),
    );

    expect(await corpus.pointer(agent)).toMatchObject({ sources: 12, messages: 24, days: 12 });
  });

  it.skipIf(!existsSync(IRC))(
    `accounts for every line of 153 real IRC logs${existsSync(IRC) ? '' : ` (SKIPPED: ${IRC} is absent)`}`,
    async () => {
      const files = readdirSync(IRC);
      const notices: Notice[] = [];
      for (const file of files) notices.push(await upload(file, readFileSync(join(IRC, file))));
      for (let n = 0; n < notices.length; n += 10) {
        await collectLogs(sqsEvent(notices.slice(n, n + 10)), services);
      }

      const pointer = await corpus.pointer(agent);
      expect((await manifest()).counts).toEqual({
        read: 220_463,
        messages: 196_621,
        notMessages: 23_842,
        quarantined: 0,
        cut: 0,
        reencoded: 0,
      });
      const kinds = { message: 0, action: 0, notice: 0 };
      let last = '';
      for await (const { ts, kind } of corpus.messages(pointer!)) {
        kinds[kind] += 1;
        expect(ts >= last).toBe(true);
        last = ts;
      }
      expect(kinds).toEqual({ message: 196_124, action: 450, notice: 47 });
      expect(pointer).toMatchObject({ messages: 196_621, days: 153, sources: 153 });
    },
  );

  it('is rebuilt by another when its collector died between source and manifest', async () => {
    const [orphan, next] = [
      await upload('2005-02-08.txt', DAY),
      await upload('2005-02-09.txt', DAY),
    ];
    const body = sqsEvent([orphan]).Records[0]!.body;
    await take(logEventOf(S3Notification.parse(JSON.parse(body)).Records[0]!)!, services);
    expect(await corpus.pointer(agent)).toBeUndefined();

    await collectLogs(sqsEvent([next]), services);
    expect(await messages()).toHaveLength(4);
    expect(await rebuild(agent, services)).toMatchObject({ isNewVersion: false });
  });
});
