import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCloud, eventually, type TestCloud } from '../../support/local-cloud.ts';

let local: TestCloud;
let sqs: SQSClient;

beforeAll(async () => {
  local = await aCloud();
  sqs = new SQSClient(local.client('sqs'));
});
afterAll(async () => {
  sqs.destroy();
  await local.stop();
});

const url = (output: string) => local.cloud.outputs['Local-State']?.[output] ?? '';

async function take(output: string): Promise<Message> {
  return eventually(async () => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url(output), WaitTimeSeconds: 1 }),
    );
    return Messages?.[0];
  });
}

const aString = () => expect.any(String) as unknown;

describe('a queue that feeds a function', () => {
  it('hands over what AWS hands over, soon, and deletes it', async () => {
    const sent = Date.now();
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: url('WorkUrl'),
        MessageBody: 'good',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'test' } },
      }),
    );
    const record: unknown = JSON.parse((await take('SeenUrl')).Body ?? '');

    expect(Date.now() - sent).toBeLessThan(3_000);
    expect(record).toEqual({
      messageId: aString(),
      receiptHandle: aString(),
      body: 'good',
      attributes: expect.objectContaining({
        ApproximateReceiveCount: '1',
        SentTimestamp: aString(),
      }) as unknown,
      messageAttributes: {
        kind: {
          stringValue: 'test',
          stringListValues: [],
          binaryListValues: [],
          dataType: 'String',
        },
      },
      md5OfBody: '755f85c2723bb39381c7379a604160d8',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Local-State-Work3',
      awsRegion: 'us-east-1',
    });
    await eventually(async () => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url('WorkUrl'), AttributeNames: ['All'] }),
      );
      const left =
        Number(Attributes?.ApproximateNumberOfMessages) +
        Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
      return left === 0 ? true : undefined;
    });
  });

  it('brings back only the failed message of a batch, and gives it up to the dead letters in the end', async () => {
    for (const MessageBody of ['one', 'poison', 'two']) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url('WorkUrl'), MessageBody }));
    }
    const seen = [await take('SeenUrl'), await take('SeenUrl')].map(
      ({ Body = '' }) => (JSON.parse(Body) as { body: string }).body,
    );

    expect(seen.toSorted()).toEqual(['one', 'two']);
    expect((await take('DeadUrl')).Body).toBe('poison');
  });
});

describe('a bucket that notifies a queue', () => {
  it('tells of the objects that its filter matches, in the form S3 uses', async () => {
    const s3 = new S3Client(local.client('s3'));
    for (const Key of ['karma/other/a.txt', 'karma/logs/a.json', 'karma/logs/día 1.txt']) {
      await s3.send(new PutObjectCommand({ Bucket: 'local-logs', Key, Body: 'hello' }));
    }
    const { Records } = JSON.parse((await take('UploadsUrl')).Body ?? '') as { Records: unknown[] };
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url('UploadsUrl') }));
    s3.destroy();

    expect(Messages).toBeUndefined();
    expect(Records).toHaveLength(1);
    expect(Records[0]).toMatchObject({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: {
        bucket: { name: 'local-logs', arn: 'arn:aws:s3:::local-logs' },
        object: {
          key: 'karma/logs/d%C3%ADa+1.txt',
          size: 5,
          eTag: '5d41402abc4b2a76b9719d911017c592',
        },
      },
    });
  });
});

describe('a FIFO queue', () => {
  it('keeps the order of a group and drops what it has seen', async () => {
    for (const MessageBody of ['1', '1', '2']) {
      await sqs.send(
        new SendMessageCommand({ QueueUrl: url('OrderUrl'), MessageBody, MessageGroupId: 'ada' }),
      );
    }

    expect((await take('OrderUrl')).Body).toBe('1');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url('OrderUrl') }));
    expect(Messages).toBeUndefined();
  });
});
