import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCloud, eventually, isAlive, type TestCloud } from '../../support/local-cloud.ts';

let local: TestCloud;
let lambda: LambdaClient;

beforeAll(async () => {
  local = await aCloud({ speed: 6_000 });
  lambda = new LambdaClient(local.client('lambda'));
});
afterAll(async () => {
  await local.stop();
});

interface Answer {
  readonly status: number | undefined;
  readonly error: string | undefined;
  /** What the fixtures answer with: each its own part of this. */
  readonly body: {
    readonly event?: unknown;
    readonly pid: number;
    readonly remainingMs: number;
    readonly env: readonly string[];
    readonly slept?: number;
    readonly errorType?: string;
  };
}

async function invoke(
  name: string,
  payload: unknown,
  type: 'RequestResponse' | 'Event' = 'RequestResponse',
): Promise<Answer> {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: name,
      Payload: JSON.stringify(payload),
      InvocationType: type,
    }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString() || '{}';
  return {
    status: answer.StatusCode,
    error: answer.FunctionError,
    body: JSON.parse(text) as Answer['body'],
  };
}

describe('the local Lambda', () => {
  it('gives the function its event, its context and nothing of the parent environment', async () => {
    const { body } = await invoke('echo', { hello: 'world' });

    expect(body).toMatchObject({
      event: { hello: 'world' },
      greeting: 'hola. from Local-Rooms',
      memoryMb: '128',
    });
    expect(body.remainingMs).toBeGreaterThan(4_000);
    expect(body.remainingMs).toBeLessThanOrEqual(5_000);
    expect(body.env).not.toContain('VITEST');
    expect(body.env).toContain('AWS_ENDPOINT_URL_DYNAMODB');
  });

  it('is found by ARN, and an unknown function is not', async () => {
    const arn = local.cloud.outputs['Local-Rooms']?.['EchoArn'] ?? '';

    expect((await invoke(arn, 1)).body.event).toBe(1);
    await expect(invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('uses a warm sandbox again, and another process for a second call at the same time', async () => {
    const first = await invoke('echo', {});
    const again = await invoke('echo', {});
    const both = await Promise.all([invoke('sleep', { ms: 300 }), invoke('sleep', { ms: 300 })]);

    expect(again.body.pid).toBe(first.body.pid);
    expect(both[0].body.pid).not.toBe(both[1].body.pid);
  });

  it('refuses beyond the reserved concurrency', async () => {
    const running = invoke('only', { ms: 500 });
    await new Promise((resolve) => setTimeout(resolve, 50));

    await expect(invoke('only', { ms: 1 })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    expect((await running).body.slept).toBe(500);
  });

  it.each([
    {
      what: 'a slow function',
      name: 'sleep',
      payload: { ms: 60_000 },
      errorType: 'Sandbox.Timedout',
    },
    {
      what: 'a function stuck in a loop',
      name: 'spin',
      payload: {},
      errorType: 'Sandbox.Timedout',
    },
    {
      what: 'a function that eats memory',
      name: 'leak',
      payload: {},
      errorType: 'Runtime.OutOfMemory',
    },
    {
      what: 'a process that exits',
      name: 'crash',
      payload: { how: 'exit' },
      errorType: 'Runtime.ExitError',
    },
    {
      what: 'an error nobody awaits',
      name: 'crash',
      payload: { how: 'later' },
      errorType: 'TypeError',
    },
    { what: 'a throw', name: 'crash', payload: { how: 'throw' }, errorType: 'RangeError' },
    { what: 'a module that does not load', name: 'broken', payload: {}, errorType: 'Error' },
  ])('kills or reports $what, and says why', async ({ name, payload, errorType }) => {
    const { error, body } = await invoke(name, payload);

    expect(error).toBe('Unhandled');
    expect(body.errorType).toBe(errorType);
  });

  it('works again after a sandbox was killed from outside', async () => {
    const { body } = await invoke('echo', {});
    process.kill(body.pid, 'SIGKILL');
    await eventually(() => (local.cloud.pids().includes(body.pid) ? undefined : true));
    const after = await invoke('echo', { again: true });

    expect(after.body.event).toEqual({ again: true });
    expect(after.body.pid).not.toBe(body.pid);
  });

  it('retries an asynchronous invocation as often as configured, then sends the event to the dead letters', async () => {
    const before = local.lines.filter((line) => line === 'crash crashing by letter').length;
    const { status } = await invoke('crash', { how: 'letter' }, 'Event');
    const sqs = new SQSClient(local.client('sqs'));
    const [letter] = await eventually(async () => {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: local.cloud.outputs['Local-State']?.['DeadUrl'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages;
    });

    expect(status).toBe(202);
    expect(letter?.Body).toBe('{"how":"letter"}');
    expect(letter?.MessageAttributes?.['ErrorMessage']?.StringValue).toContain('as asked');
    expect(local.lines.filter((line) => line === 'crash crashing by letter')).toHaveLength(
      before + 2,
    );
  });

  it.skipIf(process.platform !== 'linux')('knows how much memory each function took', () => {
    const { echo, leak } = local.cloud.peakMb();

    expect(echo).toBeGreaterThan(20);
    expect(echo).toBeLessThan(128);
    expect(leak).toBeGreaterThan(128);
  });

  it('runs a service as a process that is started again when it ends', async () => {
    const pidOf = (line: string) => Number(/^ticker ticker (\d+) tock relay$/.exec(line)?.[1]);
    const first = await eventually(() => local.lines.map(pidOf).find((pid) => pid > 0));
    process.kill(first, 'SIGKILL');
    const second = await eventually(() =>
      local.lines.map(pidOf).find((pid) => pid > 0 && pid !== first),
    );

    expect(isAlive(first)).toBe(false);
    expect(local.cloud.pids()).toContain(second);
  });
});
