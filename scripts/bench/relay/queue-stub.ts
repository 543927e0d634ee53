import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { listen, readBody } from '../../local/cloud/http.ts';

const MOST_BYTES = 1024 * 1024;
const AT_ONCE = 10;

const Request = z.object({
  MessageBody: z.string().default(''),
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })).default([]),
  WaitTimeSeconds: z.number().default(0),
  ReceiptHandle: z.string().default(''),
});
type Request = z.infer<typeof Request>;

interface Group {
  readonly waiting: string[];
  /** How many of it are given out: until they are removed, no more of it are. */
  out: number;
}

export interface QueueStub {
  readonly url: string;
  readonly queueUrl: (name: string) => string;
  /** A message on the FIFO queue that is received from. */
  readonly push: (group: string, body: string) => void;
  readonly close: () => Promise<void>;
}

/** What waits on a FIFO queue, and who asks for it. */
class Waiting {
  readonly #groups = new Map<string, Group>();
  readonly #asking = new Set<() => void>();
  #given = 0;

  push(name: string, body: string): void {
    const group = this.#groups.get(name) ?? { waiting: [], out: 0 };
    this.#groups.set(name, group);
    group.waiting.push(body);
    this.#wake();
  }

  /** `gone`: who asked hears no answer any more, and is given nothing. */
  async receive(ms: number, gone: AbortSignal) {
    const Messages = this.#take();
    if (Messages.length > 0) return { Messages };
    await new Promise<void>((resolve) => {
      const come = (): void => {
        clearTimeout(timer);
        this.#asking.delete(come);
        resolve();
      };
      const timer = setTimeout(come, ms);
      this.#asking.add(come);
      gone.addEventListener('abort', come, { once: true });
    });
    return { Messages: gone.aborted ? [] : this.#take() };
  }

  remove(name: string): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    group.out -= 1;
    if (group.out === 0 && group.waiting.length > 0) this.#wake();
  }

  #take() {
    const isReady = ([, { out, waiting }]: [string, Group]) => out === 0 && waiting.length > 0;
    const [name, group] = [...this.#groups].find(isReady) ?? [];
    if (name === undefined || group === undefined) return [];
    const bodies = group.waiting.splice(0, AT_ONCE);
    group.out = bodies.length;
    return bodies.map((Body) => {
      this.#given += 1;
      const Attributes = { MessageGroupId: name };
      return {
        MessageId: `m-${this.#given}`,
        ReceiptHandle: name,
        Body,
        MD5OfBody: md5(Body),
        Attributes,
      };
    });
  }

  #wake(): void {
    const [first] = this.#asking;
    first?.();
  }
}

/**
 * SQS with nothing behind it, so that the relay is measured and not a queue: takes what is sent, in batches or not, and gives out in order
 * by groups. `onSent` has the body of each message. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
export async function startQueueStub(onSent: (body: string) => void): Promise<QueueStub> {
  const waiting = new Waiting();
  const actions = actionsOf(waiting, onSent);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const action = request.headers['x-amz-target']?.toString().split('.')[1] ?? '';
    const body: unknown = JSON.parse(String(await readBody(request, MOST_BYTES)));
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const result = (await actions[action]?.(Request.parse(body), gone.signal)) ?? {};
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(result));
  };
  const server = await listen((request, response) => {
    // who goes away in the middle is a relay that was stopped
    answer(request, response).catch(() => response.destroy());
  });
  return {
    url: server.url,
    queueUrl: (name) => `${server.url}/000000000000/${name}`,
    push: (name, body) => {
      waiting.push(name, body);
    },
    close: server.close,
  };
}

function actionsOf(
  waiting: Waiting,
  onSent: (body: string) => void,
): Readonly<Record<string, (request: Request, gone: AbortSignal) => object | Promise<object>>> {
  return {
    SendMessage: ({ MessageBody }) => {
      onSent(MessageBody);
      return { MessageId: 'm', MD5OfMessageBody: md5(MessageBody) };
    },
    SendMessageBatch: ({ Entries }) => {
      const Successful = Entries.map(({ Id, MessageBody }) => {
        onSent(MessageBody);
        return { Id, MessageId: 'm', MD5OfMessageBody: md5(MessageBody) };
      });
      return { Successful, Failed: [] };
    },
    ReceiveMessage: ({ WaitTimeSeconds }, gone) => waiting.receive(WaitTimeSeconds * 1000, gone),
    DeleteMessage: ({ ReceiptHandle }) => {
      waiting.remove(ReceiptHandle);
      return {};
    },
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
