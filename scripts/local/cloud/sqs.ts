import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { ACCOUNT, CREDENTIALS, REGION } from './aws.ts';
import { explain } from './cannot-start.ts';

/** SQS on loopback (fauxqs 2.4.1, in this process). Queues and their messages live in memory only. */
export interface Sqs {
  readonly url: string;
  readonly port: number;
  readonly client: SQSClient;
  /** Attributes as CreateQueue takes them. */
  readonly createQueue: (
    name: string,
    attributes: Readonly<Record<string, string>>,
  ) => Promise<void>;
  readonly send: (
    queueName: string,
    body: string,
    attributes?: Readonly<Record<string, string>>,
  ) => Promise<void>;
  readonly queueUrl: (name: string) => string;
  readonly close: () => Promise<void>;
}

export async function startSqs(port = 0): Promise<Sqs> {
  // not startFauxqs: that listens on every interface of the machine
  const app = buildApp({ logger: false, defaultRegion: REGION });
  try {
    await app.listen({ port, host: '127.0.0.1' });
  } catch (error) {
    throw explain(error, `Port ${port} on 127.0.0.1`);
  }
  const address = app.server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  const url = `http://127.0.0.1:${bound}`;
  const client = new SQSClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
  const queueUrl = (name: string): string => `${url}/${ACCOUNT}/${name}`;

  return {
    url,
    port: bound,
    client,
    queueUrl,
    createQueue: async (name, attributes) => {
      await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
    },
    send: async (queueName, body, attributes = {}) => {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          name,
          { DataType: 'String', StringValue: value },
        ]),
      );
      const fifo = queueName.endsWith('.fifo') ? { MessageGroupId: 'cloud' } : {};
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl(queueName),
          MessageBody: body,
          MessageAttributes,
          ...fifo,
        }),
      );
    },
    close: async () => {
      client.destroy();
      await app.close();
    },
  };
}
