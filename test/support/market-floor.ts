import { afterAll, beforeAll, expect } from 'vitest';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import type { Answer, Task } from '#core/ports/market.ts';
import { openRoom, paymentFor, type Room, type Trader, trader } from './market-room.ts';
import { PaperEscrow } from './paper-escrow.ts';

export const evidence = {
  json_response: { sha256: 'ab', records: 3, nested: { deep: [1, 'dos', null] } },
};
export const verdict = { score: 90, notes: 'as promised' };

export function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

export function refusal(kind: string, status: number): object {
  return { ok: false, error: { kind, status } };
}

/** One buyer and one seller in a market with escrow on paper, and the shortcuts to every stage of a deal. */
export class Floor {
  readonly room: Room;
  readonly escrow: PaperEscrow;
  readonly buyer: Trader;
  readonly seller: Trader;
  readonly executorId: string;
  #published = 0;

  private constructor(parts: Pick<Floor, 'room' | 'escrow' | 'buyer' | 'seller' | 'executorId'>) {
    this.room = parts.room;
    this.escrow = parts.escrow;
    this.buyer = parts.buyer;
    this.seller = parts.seller;
    this.executorId = parts.executorId;
  }

  static async open(): Promise<Floor> {
    const escrow = new PaperEscrow();
    const room = await openRoom({ chain: escrow, facilitator: escrow });
    const [buyer, seller] = [trader(room), trader(room)];
    const { executorId } = value(await seller.market.register('kk-seller'));
    return new Floor({ room, escrow, buyer, seller, executorId });
  }

  async publish(
    over: { bounty?: bigint; deadlineHours?: number; skills?: string[] } = {},
  ): Promise<Task> {
    this.#published += 1;
    const request = {
      title: '[KK Request] Raw logs',
      instructions: 'Deliver the raw logs as NDJSON, with their sha256.',
      bounty: 10_000n,
      deadlineHours: 24,
      skills: ['raw_logs'],
      agentName: 'kk-buyer',
      ...over,
    };
    return value(await this.buyer.market.publish(request, `key-${this.#published}`));
  }

  async applied(over = {}): Promise<Task> {
    const task = await this.publish(over);
    value(await this.seller.market.apply(task.id, { executorId: this.executorId, message: '' }));
    return task;
  }

  async lockFor(task: Task, over: Partial<PaymentInfo> = {}) {
    const paymentInfo = paymentFor(task, this.seller.address, over);
    return {
      executorId: this.executorId,
      escrowTx: await this.lock(paymentInfo),
      paymentInfo,
    };
  }

  async lock(paymentInfo: PaymentInfo): Promise<TxHash> {
    const outcome = await this.escrow.lock(paymentInfo);
    if (outcome.kind !== 'settled') throw new Error('not locked');
    return outcome.tx;
  }

  async assigned(over = {}): Promise<Task> {
    const task = await this.applied(over);
    value(await this.buyer.market.assign(task.id, await this.lockFor(task)));
    return task;
  }

  async submitted(over = {}): Promise<{ task: Task; submissionId: string }> {
    const task = await this.assigned(over);
    const { executorId } = this;
    value(await this.seller.market.submit(task.id, { executorId, evidence, notes: '' }));
    const [submission] = value(await this.buyer.market.submissions(task.id));
    return { task, submissionId: submission!.id };
  }

  async status(task: Task): Promise<Task['status']> {
    return value(await this.buyer.market.task(task.id)).status;
  }
}

/** A floor for the tests of one file; fails them when the room logged a server error. */
export function useFloor(): { readonly floor: Floor } {
  let floor: Floor | undefined;
  beforeAll(async () => {
    floor = await Floor.open();
  });
  afterAll(async () => {
    await floor?.room.close();
    expect(floor?.room.broken).toEqual([]);
  });
  return {
    get floor() {
      if (!floor) throw new Error('The floor opens before the first test.');
      return floor;
    },
  };
}
