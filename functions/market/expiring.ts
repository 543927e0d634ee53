import type { Services } from './services.ts';
import { touch } from './settling.ts';

/** How many tasks one run looks at; the next run takes the rest. */
const MOST = 500;

export interface Expired {
  /** Tasks that were due. */
  readonly due: number;
  /** Of these, whose lock is still on its way back: tried again by the next run. */
  readonly waiting: number;
}

/**
 * Execution Market's expiry job: brings every due task up to date, so that a bounty goes back although nobody asks for its task.
 * One after another, because the facilitator has one key and sends one transaction at a time.
 */
export async function expireDue(services: Services, hasTime: () => boolean): Promise<Expired> {
  let due = 0;
  let waiting = 0;
  for await (const { id } of services.exchange.due(services.now(), MOST)) {
    if (!hasTime()) break;
    due += 1;
    const task = await touch(id, services);
    if (task?.escrows.some(({ status }) => status === 'refunding')) waiting += 1;
  }
  if (due > 0) services.log.info('expired', { due, waiting });
  return { due, waiting };
}
