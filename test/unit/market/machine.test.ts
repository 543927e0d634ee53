import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskId } from '#contract/ids.ts';
import { next, TASK_EVENTS, TRANSITIONS } from '#core/exchange/machine.ts';
import { assign, cancel, lapse, releasing, republish, standing } from '#core/exchange/moves.ts';
import { applicationStatus, currentEscrow, type ExchangeTask } from '#core/exchange/task.ts';
import { accept, rejectForGood, sendBack, submit } from '#core/exchange/work.ts';
import type { TaskStatus } from '#core/ports/market.ts';

const buyer = '0x00000000000000000000000000000000000000b1';
const seller = '0x00000000000000000000000000000000000000a1';
const now = new Date('2026-01-01T12:00:00Z');
const executor = { id: 'e1', wallet: seller } as const;
const tx = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const;

function aTask(over: Partial<ExchangeTask> = {}): ExchangeTask {
  return {
    id: TaskId.parse('11111111-2222-4333-8444-555555555555'),
    version: 1,
    status: 'published',
    publisher: buyer,
    createdAt: now,
    updatedAt: now,
    deadline: new Date('2026-01-02T12:00:00Z'),
    escrows: [],
    refused: [],
    submissionIds: [],
    title: 'Raw logs',
    instructions: 'Deliver raw logs.',
    category: 'data_processing',
    bounty: 10_000n,
    evidenceRequired: ['json_response'],
    evidenceOptional: [],
    target: 'agent',
    skills: [],
    minReputation: 0,
    ...over,
  };
}

const info = (n: number) =>
  ({
    operator: buyer,
    payer: buyer,
    receiver: seller,
    token: buyer,
    maxAmount: 10_000n,
    preApprovalExpiry: 1,
    authorizationExpiry: 1,
    refundExpiry: 1,
    minFeeBps: 0,
    maxFeeBps: 1800,
    feeReceiver: buyer,
    salt: tx(n),
  }) as const;

describe('the table', () => {
  it.each<[TaskStatus, Partial<Record<(typeof TASK_EVENTS)[number], TaskStatus>>]>([
    ['published', { assign: 'accepted', cancel: 'cancelled', expire: 'expired' }],
    ['accepted', { submit: 'submitted', cancel: 'cancelled', expire: 'expired' }],
    ['in_progress', { submit: 'submitted', expire: 'expired' }],
    [
      'submitted',
      {
        approve: 'completed',
        'reject-minor': 'in_progress',
        'more-info': 'in_progress',
        'reject-major': 'published',
      },
    ],
    ['expired', { cancel: 'cancelled' }],
    ['completed', {}],
    ['cancelled', {}],
    ['verifying', {}],
    ['disputed', {}],
  ])('lets %s take these events and no other', (status, row) => {
    for (const event of TASK_EVENTS) expect(next(status, event)).toBe(row[event]);
  });

  it('names every state of the market', () => {
    expect(Object.keys(TRANSITIONS)).toHaveLength(9);
  });
});

const deeds = [
  'assign',
  'submit',
  'begin',
  'pay',
  'stand',
  'minor',
  'more',
  'major',
  'cancel',
  'later',
] as const;
type Deed = (typeof deeds)[number];

/** Plays deeds in any order, as careless callers would. */
function play(given: readonly Deed[]): ExchangeTask[] {
  let task = aTask();
  let submission: Parameters<typeof accept>[0]['submission'] | undefined;
  let clock = now;
  const history = [task];
  const verdict = { notes: 'so it is', now };
  given.forEach((deed, i) => {
    task = lapse(task, clock);
    const work = submission && { task, submission };
    const moved = {
      assign: () => assign(task, { executor, info: info(i), tx: tx(i) }, clock),
      submit: () =>
        submit(
          task,
          {
            id: 's1',
            executorId: 'e1',
            evidence: { json_response: 1 },
            notes: '',
            before: submission,
          },
          clock,
        ),
      begin: () => releasing(task),
      pay: () => {
        // only what the facilitator was asked for can have been paid
        const isPaid = currentEscrow(task)?.status === 'releasing';
        return work && isPaid ? accept(work, tx(1000 + i), verdict) : undefined;
      },
      stand: () => ({ ok: true as const, value: standing(task) }),
      minor: () => work && sendBack(work, 'rejected', verdict),
      more: () => work && sendBack(work, 'more_info_requested', verdict),
      major: () => work && rejectForGood(work, verdict),
      cancel: () => cancel(task, 'no more'),
      later: () => {
        clock = new Date(clock.getTime() + 13 * 3_600_000);
        return undefined;
      },
    }[deed]();
    if (!moved?.ok) return;
    const { value } = moved;
    task = 'task' in value ? value.task : value;
    if ('task' in value) submission = value.submission;
    history.push(task);
  });
  return history;
}

describe('any order of deeds', () => {
  const anyHistory = fc.array(fc.constantFrom(...deeds), { maxLength: 40 }).map(play);

  it('never sends a bounty both ways, nor pays two locks of one task', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (let i = 1; i < history.length; i++) {
          for (const [j, escrow] of history[i - 1]!.escrows.entries()) {
            const after = history[i]!.escrows[j]!.status;
            if (escrow.status === 'released') expect(after).toBe('released');
            if (escrow.status === 'refunding') expect(after).toBe('refunding');
            if (escrow.status === 'releasing') {
              expect(['releasing', 'released', 'deposited']).toContain(after);
            }
          }
        }
        const paid = history.at(-1)!.escrows.filter(({ status }) => status === 'released');
        expect(paid.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('leaves no lock standing in a task that is over, and pays what is completed', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const task = history.at(-1)!;
        const standingLocks = task.escrows.filter(({ status }) => status === 'deposited');
        if (task.status === 'completed') expect(currentEscrow(task)?.status).toBe('released');
        if (['cancelled', 'expired', 'published'].includes(task.status)) {
          expect(standingLocks).toEqual([]);
          expect(currentEscrow(task)?.status).not.toBe('releasing');
        }
        expect(standingLocks.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('reaches the end of a deal', () => {
    const history = play(['assign', 'submit', 'minor', 'submit', 'begin', 'pay']);
    expect(history.at(-1)).toMatchObject({ status: 'completed', submissionIds: ['s1'] });
  });
});

describe('applications', () => {
  it('follow their task', () => {
    const task = aTask();
    expect(applicationStatus(task, 'e1')).toBe('pending');
    const given = assign(task, { executor, info: info(1), tx: tx(1) }, now);
    if (!given.ok) throw new Error('not assigned');
    expect(applicationStatus(given.value, 'e1')).toBe('accepted');
    expect(applicationStatus(given.value, 'e2')).toBe('rejected');
    const back = republish({ ...given.value, status: 'submitted' });
    if (!back.ok) throw new Error('not republished');
    expect(applicationStatus(back.value, 'e1')).toBe('rejected');
    expect(applicationStatus(back.value, 'e2')).toBe('pending');
  });
});
