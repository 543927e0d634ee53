import type { SNSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { IrcLine, type IrcOrder } from '#contract/irc-line.ts';
import { OPERATIONS } from '#contract/roster.ts';
import { createLog } from '#runtime/log.ts';
import { tell } from '../../../functions/alarm-lines/alarm-lines.lambda.ts';

const log = createLog('alarm-lines', () => undefined);

const RINGS = {
  AlarmName: 'MissedBeats',
  AlarmDescription: 'An agent that no longer beats. Runbook: docs/runbook.md#missed-beats',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed',
};

const messages = (...all: readonly { readonly Message: string; readonly Subject?: string }[]) =>
  ({
    Records: all.map((one, n) => ({ Sns: { MessageId: `m${n}`, ...one } })),
  }) as unknown as SNSEvent;

async function said(event: SNSEvent, isBroken = false): Promise<IrcLine[]> {
  const lines: (IrcLine | IrcOrder)[] = [];
  const say = (line: IrcLine | IrcOrder) => {
    if (isBroken) return Promise.reject(new Error('No such queue.'));
    lines.push(line);
    return Promise.resolve();
  };
  await tell(event, { lines: { say }, log });
  return lines.map((line) => IrcLine.parse(line));
}

describe('alarm-lines', () => {
  it('says in the room of operations what a human loses, and that it is over', async () => {
    const over = { ...RINGS, NewStateValue: 'OK' };
    const [rings, ends] = await said(
      messages({ Message: JSON.stringify(RINGS) }, { Message: JSON.stringify(over) }),
    );
    expect(rings).toEqual({
      v: 1,
      id: 'alarm-m0',
      agentId: 'kk-coordinator',
      channel: OPERATIONS,
      text: 'ALARM: An agent that no longer beats. Runbook: docs/runbook.md#missed-beats',
    });
    expect(ends?.text).toMatch(/^OK: An agent/);
  });

  it('says the same message under the same id, so that the queue takes it once', async () => {
    const event = messages({ Message: JSON.stringify(RINGS) });
    expect(await said(event)).toEqual(await said(event));
  });

  it('says what is no alarm in one bounded line: a budget, or anything', async () => {
    const long = `first\r\nQUIT :${'ñ'.repeat(1_000)}`;
    const [budget, anything] = await said(
      messages({ Message: 'long words', Subject: 'AWS Budgets: over' }, { Message: long }),
    );
    expect(budget?.text).toBe('NOTICE: AWS Budgets: over');
    expect(Buffer.byteLength(anything?.text ?? '')).toBeLessThanOrEqual(380);
    expect(anything?.text).not.toMatch(/[\r\n]/);
  });

  it('fails when the line could not be put on the queue, so that SNS comes again', async () => {
    const event = messages({ Message: JSON.stringify(RINGS) });
    await expect(said(event, true)).rejects.toThrow('No such queue.');
  });
});
