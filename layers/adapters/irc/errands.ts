import * as z from 'zod';
import { HeardCommand } from '#contract/command.ts';
import { AgentId } from '#contract/ids.ts';
import { InboxEntry } from '#contract/irc-line.ts';
import type { HeardCommands } from '#core/ports/heard-commands.ts';
import type { Inboxes } from '#core/ports/inboxes.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';
import { Spool } from './spool.ts';

/** What is to be done about a line that was heard. */
const Errand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('note'), agentId: AgentId, entry: InboxEntry }),
  z.object({ kind: z.literal('command'), command: HeardCommand }),
]);
export type Errand = z.infer<typeof Errand>;
type Note = Extract<Errand, { kind: 'note' }>;

const AT_ONCE = 16;
/** 10 minutes of 2,000 lines a second, with room to spare. */
const MAX_BYTES = 1024 ** 3;
const GIVE_UP_MS = 3_600_000;

export interface ErrandsOptions {
  readonly dir: string;
  readonly inboxes: Inboxes;
  readonly wakeUps: WakeUps;
  readonly commands: HeardCommands;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

/** Brings notes to inboxes, wakes who has one, and hands commands over: at least once each, and twice is harmless. */
export class Errands {
  readonly #options: ErrandsOptions;
  readonly #spool: Spool;

  constructor(options: ErrandsOptions) {
    this.#options = options;
    const { dir, onEvent } = options;
    this.#spool = new Spool({ dir, maxBytes: MAX_BYTES, giveUpMs: GIVE_UP_MS, onEvent });
  }

  /** Bytes that wait for their turn. */
  get behind(): number {
    return this.#spool.behind;
  }

  add(errand: Errand): void {
    this.#spool.append(JSON.stringify(errand));
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#spool.run((lines) => this.#take(lines), signal);
  }

  /** Resolves when all is done, or at the signal: the rest waits on disk. */
  drained(signal: AbortSignal): Promise<void> {
    return this.#spool.drained(signal);
  }

  async #take(lines: readonly string[]): Promise<void> {
    const errands = lines.flatMap((line) => this.#parse(line));
    const notes = errands.filter((errand) => errand.kind === 'note');
    await Promise.all([
      this.#deliver(notes),
      this.#options.commands.hand(
        errands.flatMap((errand) => (errand.kind === 'command' ? [errand.command] : [])),
      ),
    ]);
  }

  async #deliver(notes: readonly Note[]): Promise<void> {
    const { inboxes, wakeUps } = this.#options;
    for (let from = 0; from < notes.length; from += AT_ONCE) {
      const some = notes.slice(from, from + AT_ONCE);
      await Promise.all(some.map(({ agentId, entry }) => inboxes.put(agentId, entry)));
    }
    // one beat reads all that is in the inbox
    const last = new Map(notes.map(({ agentId, entry }) => [agentId, entry.id]));
    await Promise.all(
      [...last].map(([agentId, id]) => wakeUps.wake({ v: 1, agentId, reason: 'mention', id })),
    );
  }

  #parse(line: string): Errand[] {
    try {
      return [Errand.parse(JSON.parse(line))];
    } catch (error) {
      this.#options.onEvent('line-dropped', { because: String(error).slice(0, 200), lines: 1 });
      return [];
    }
  }
}
