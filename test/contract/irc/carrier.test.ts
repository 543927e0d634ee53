import { expect, it } from 'vitest';
import { Carrier, type Speaker } from '#adapters/irc/carrier.ts';
import { NotDelivered } from '#adapters/irc/delivery.ts';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { SqsQueuedLines } from '#adapters/sqs/sqs-queued-lines.ts';
import { startSqs } from '../../../scripts/local/cloud/sqs.ts';
import { takeAll } from '../../support/queue.ts';
import { aLine, until } from './world.ts';

it('gives up what is refused five times, or is of a version to come, with its reason, and goes on', async () => {
  const sqs = await startSqs();
  for (const name of ['out.fifo', 'dead.fifo']) await sqs.createQueue(name, { FifoQueue: 'true' });
  const [queueUrl, deadQueueUrl] = [sqs.queueUrl('out.fifo'), sqs.queueUrl('dead.fifo')];
  const said: string[] = [];
  const speaker: Speaker = {
    nick: 'kk-karma-hello',
    say: (channel, text) => {
      said.push(`${channel} ${text}`);
      if (channel !== '#locked') return Promise.resolve();
      return Promise.reject(new NotDelivered('refused', '404 Cannot send'));
    },
    obey: () => undefined,
  };
  const carrier = new Carrier({
    queue: new SqsQueuedLines(sqs.client, {
      queueUrl,
      deadQueueUrl,
      holdSeconds: 30,
      waitSeconds: 1,
    }),
    speakers: new Map([['kk-karma-hello', speaker]]),
    pace: { burst: 100, perSecond: 1000 },
    ...{ retryMs: 1, holdSeconds: 30, onEvent: () => undefined },
  });
  const end = new AbortController();
  const running = carrier.run(end.signal);
  const lines = new SqsLines(sqs.client, queueUrl);
  await lines.say(aLine(1, { channel: '#locked', text: 'let me in' }));
  await lines.say({ ...aLine(2), v: 2 as 1 });
  await lines.say(aLine(3, { text: 'next' }));

  await until(() => said.includes('#execution-market next'));
  end.abort();
  await running;
  const dead = await takeAll(sqs.client, deadQueueUrl);
  await sqs.close();
  expect(said).toEqual([...Array<string>(5).fill('#locked let me in'), '#execution-market next']);
  expect(
    dead.map(({ Body, MessageAttributes }) => [
      (JSON.parse(Body ?? '') as { id: unknown }).id,
      MessageAttributes?.['reason']?.StringValue,
    ]),
  ).toEqual([
    [
      'kk-karma-hello:test:1',
      'tried 5 times: The IRC server has not taken the line: 404 Cannot send',
    ],
    ['kk-karma-hello:test:2', 'a line of version 2, which this relay does not know'],
  ]);
  expect([carrier.sent, carrier.buried]).toEqual([1, 2]);
});
