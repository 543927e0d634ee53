import { createHash } from 'node:crypto';
import type { HeardCommand } from '#contract/command.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import type { Agent } from '#contract/roster.ts';
import type { HeardCommands } from '#core/ports/heard-commands.ts';
import type { Inboxes } from '#core/ports/inboxes.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';
import { agentBehind, hear, type Lead } from '#core/talk/hear.ts';
import { oneLine } from '#core/talk/text.ts';
import type { Overheard } from './overheard.ts';

const REMEMBERED = 10_000;
const MAX_WAITING = 1000;
const MAX_TEXT = 600;

export interface EarsOptions {
  readonly roster: readonly Agent[];
  readonly inboxes: Inboxes;
  readonly wakeUps: WakeUps;
  readonly commands: HeardCommands;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

/**
 * Hears each channel line once, however many connections are in the channel: by its msgid where the server gives one, else only
 * through the connection that the caller calls the observer. What concerns an agent goes into its inbox and wakes it.
 */
export class Ears {
  readonly #options: EarsOptions;
  readonly #seen = new Set<string>();
  #work = Promise.resolve();
  #waiting = 0;
  heard = 0;

  constructor(options: EarsOptions) {
    this.#options = options;
  }

  hear(line: Overheard, isObserver: boolean): void {
    if (!this.#isNew(line, isObserver)) return;
    this.heard += 1;
    const { roster, onEvent } = this.#options;
    const leads = hear(line, roster);
    const command = commandIn(line, roster);
    if (leads.length === 0 && command === undefined) return;
    if (this.#waiting >= MAX_WAITING) {
      onEvent('line-dropped', { because: 'backlog', channel: line.channel });
      return;
    }
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => this.#deliver(line, leads))
      .then(() => this.#options.commands.hand(command === undefined ? [] : [command]))
      .catch((error: unknown) => {
        onEvent('line-dropped', { because: String(error), channel: line.channel });
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Resolves when all that was heard is where it belongs. */
  async drain(): Promise<void> {
    await this.#work;
  }

  #isNew({ msgid }: Overheard, isObserver: boolean): boolean {
    if (msgid === undefined) return isObserver;
    if (this.#seen.has(msgid)) return false;
    this.#seen.add(msgid);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  async #deliver(line: Overheard, leads: readonly Lead[]): Promise<void> {
    const { inboxes, wakeUps, onEvent } = this.#options;
    for (const { agentId, kind } of leads) {
      const entry = entryFor(line, kind);
      const isNew = await inboxes.put(agentId, entry);
      if (isNew) await wakeUps.wake({ v: 1, agentId, reason: 'mention', id: entry.id });
      onEvent('heard', { agentId, kind, id: entry.id });
    }
  }
}

function commandIn(line: Overheard, roster: readonly Agent[]): HeardCommand | undefined {
  const { channel, sender, text, ts, hostmask, account } = line;
  if (!/^![a-z]/i.test(text) || agentBehind(sender, roster) !== undefined) return undefined;
  return {
    v: 1,
    from: 'irc',
    id: idOf(line),
    ts: ts.toISOString(),
    channel,
    nick: sender,
    hostmask,
    ...(account !== undefined && { account }),
    text: text.slice(0, 510),
  };
}

function idOf({ channel, sender, text, ts, msgid }: Overheard): string {
  const identity = JSON.stringify([msgid ?? ts.toISOString(), channel, sender, text]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

function entryFor(line: Overheard, kind: InboxEntry['kind']): InboxEntry {
  const { channel, sender, text, ts } = line;
  return {
    v: 1,
    ts: ts.toISOString(),
    id: idOf(line),
    kind,
    channel,
    sender,
    text: oneLine(text).slice(0, MAX_TEXT),
  };
}
