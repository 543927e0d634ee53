import type { AgentId } from '#contract/ids.ts';
import type { RebuildTurn } from '#contract/log-record.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';

/** What taking turns needs of the room. */
export interface Waiting {
  readonly pointers: CorpusPointers;
  readonly now: () => Date;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Little of the invocation's time is left. */
  readonly isLate?: () => boolean;
}

/** How long a turn counts without a word from who has it: what the others lose when it dies. */
const TURN_MS = 5000;
const LOOK_EVERY_MS = 60;
const NEVER: RebuildTurn = { number: 0, until: 0, done: 0 };

/**
 * Runs `rebuild` when it is our turn; undefined when another's, which began after this call and ended well, has done it for us. So of
 * many collectors at once few rebuild, and each for all. `stay` is to be called now and then: it keeps the turn.
 */
export async function inTurn<Rebuilt>(
  agent: AgentId,
  waiting: Waiting,
  rebuild: (stay: () => Promise<void>) => Promise<Rebuilt>,
): Promise<Rebuilt | undefined> {
  const { pointers, now, pause, isLate = () => false } = waiting;
  let enough: number | undefined;
  while (!isLate()) {
    const found = await pointers.turn(agent);
    const turn = found ?? NEVER;
    const isFree = turn.until <= now().getTime();
    // the one that is under way may have read the sources before ours was recorded
    enough ??= turn.number + 1;
    if (turn.done >= enough) return undefined;
    const own = { ...turn, number: turn.number + 1, until: now().getTime() + TURN_MS };
    if (isFree && (await pointers.exchangeTurn(agent, found, own)))
      return taken(agent, own, { waiting, rebuild });
    if (!isFree) await pause(LOOK_EVERY_MS);
  }
  // no time to wait: two that rebuild at once only do too much
  return rebuild(() => Promise.resolve());
}

async function taken<Rebuilt>(
  agent: AgentId,
  { number, until }: RebuildTurn,
  {
    waiting,
    rebuild,
  }: {
    readonly waiting: Waiting;
    readonly rebuild: (stay: () => Promise<void>) => Promise<Rebuilt>;
  },
): Promise<Rebuilt> {
  const { now } = waiting;
  let ends = until;
  const stay = async (): Promise<void> => {
    if (now().getTime() < ends - TURN_MS / 2) return;
    ends = now().getTime() + TURN_MS;
    await change(agent, waiting, (turn) =>
      turn.number === number ? { ...turn, until: ends } : turn,
    );
  };
  const end = (isDone: boolean): Promise<void> =>
    change(agent, waiting, (turn) => ({
      number: turn.number,
      until: turn.number === number ? 0 : turn.until,
      done: isDone ? Math.max(turn.done, number) : turn.done,
    }));
  let isDone = false;
  try {
    const rebuilt = await rebuild(stay);
    isDone = true;
    return rebuilt;
  } finally {
    await end(isDone);
  }
}

async function change(
  agent: AgentId,
  { pointers }: Waiting,
  next: (turn: RebuildTurn) => RebuildTurn,
): Promise<void> {
  for (;;) {
    const turn = await pointers.turn(agent);
    if (turn === undefined || (await pointers.exchangeTurn(agent, turn, next(turn)))) return;
  }
}
