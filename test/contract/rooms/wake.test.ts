import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Beat } from '#contract/beat.ts';
import { createLog } from '#runtime/log.ts';
import { wake } from '../../../functions/wake/wake.lambda.ts';
import { BUYER, SELLER } from '../../support/builders.ts';

const log = createLog('wake', () => undefined);

function records(...bodies: readonly unknown[]): SQSEvent {
  return {
    Records: bodies.map(
      (body, n) =>
        ({
          messageId: `m${n}`,
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }) as SQSRecord,
    ),
  };
}

const call = (agentId: string, id: string) => ({ v: 1, agentId, reason: 'corpus', id });

async function woken(event: SQSEvent, broken?: string) {
  const beats: Beat[] = [];
  const invoke = (beat: Beat) => {
    if (beat.agentId === broken) return Promise.reject(new Error('No such function.'));
    beats.push(beat);
    return Promise.resolve();
  };
  const { batchItemFailures } = await wake(event, { invoke, log });
  return { beats, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

describe('wake', () => {
  it('makes one beat of several calls for one agent', async () => {
    const { beats, failed } = await woken(
      records(call(BUYER, 'a'), call(SELLER, 'a'), call(BUYER, 'b')),
    );
    expect(beats.map(({ agentId }) => agentId)).toEqual([BUYER, SELLER]);
    expect(failed).toEqual([]);
  });

  it('sends back what is no call, and only that', async () => {
    const { beats, failed } = await woken(
      records('{', { v: 2 }, call(BUYER, 'a'), call('Not An Id', 'a'), ''),
    );
    expect(beats).toHaveLength(1);
    expect(failed).toEqual(['m0', 'm1', 'm3', 'm4']);
  });

  it('sends back every call of an agent that cannot be invoked, and beats the others', async () => {
    const event = records(call(BUYER, 'a'), call(SELLER, 'b'), call(BUYER, 'c'));
    const { beats, failed } = await woken(event, BUYER);
    expect(beats.map(({ agentId }) => agentId)).toEqual([SELLER]);
    expect(failed).toEqual(['m0', 'm2']);
  });

  it('makes the same beat of the same calls, and another of any others', async () => {
    const long = 'x'.repeat(190);
    const idOf = async (...ids: string[]) => {
      const { beats } = await woken(records(...ids.map((id) => call(BUYER, id))));
      return beats[0]?.beatId;
    };
    expect(await idOf('a', 'b')).toBe(await idOf('b', 'a'));
    expect(await idOf('a')).toBe(await idOf('a', 'a'));
    // a call that comes again together with a new one must not hide it
    expect(await idOf('a', 'b')).not.toBe(await idOf('a'));
    expect(await idOf(`${long}1`)).not.toBe(await idOf(`${long}2`));
  });
});
