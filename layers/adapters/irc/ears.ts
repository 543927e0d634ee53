import { createHash } from 'node:crypto';
import type { HeardCommand } from '#contract/command.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import type { Agent } from '#contract/roster.ts';
import { agentBehind, hear, type NickOf } from '#core/talk/hear.ts';
import { oneLine } from '#core/talk/text.ts';
import type { Errand } from './errands.ts';
import type { Overheard } from './overheard.ts';

const REMEMBERED = 20_000;
const MAX_TEXT = 600;
const MAX_COMMAND = 510;

export interface EarsOptions {
  readonly roster: readonly Agent[];
  readonly nickOf: NickOf;
  /** What concerns an agent, or may be a command. */
  readonly onErrand: (errand: Errand) => void;
  /** What people say. */
  readonly onSaid: (line: Overheard) => void;
}

/**
 * Hears each channel line once, however many connections are in the channel: by its msgid where the server gives one, else only
 * through the connection that the caller calls the observer.
 */
export class Ears {
  readonly #options: EarsOptions;
  readonly #seen = new Set<string>();
  heard = 0;

  constructor(options: EarsOptions) {
    this.#options = options;
  }

  hear(line: Overheard, isObserver: boolean): void {
    if (!this.#isNew(line, isObserver)) return;
    this.heard += 1;
    const { roster, nickOf, onErrand, onSaid } = this.#options;
    const speaker = agentBehind(line.sender, roster, nickOf);
    const isAgents = speaker !== undefined;
    // agents' own words are not sold: each version of a product would be announced, collected, and make the next
    if (!isAgents) onSaid(line);
    if (line.kind === 'notice') return;
    if (!isAgents && /^![a-z]/i.test(line.text))
      onErrand({ kind: 'command', command: commandIn(line) });
    for (const { agentId, kind } of hear(line, roster, nickOf)) {
      // whoever reads it knows agents by their ids
      const entry = { ...entryFor(line, kind), ...(isAgents && { sender: speaker }) };
      onErrand({ kind: 'note', agentId, entry });
    }
  }

  #isNew({ msgid }: Overheard, isObserver: boolean): boolean {
    if (msgid === undefined) return isObserver;
    if (this.#seen.has(msgid)) return false;
    this.#seen.add(msgid);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}

function commandIn(line: Overheard): HeardCommand {
  const { channel, sender, text, ts, hostmask, account } = line;
  return {
    v: 1,
    from: 'irc',
    id: idOf(line),
    ts: ts.toISOString(),
    channel,
    nick: sender,
    hostmask,
    ...(account !== undefined && { account }),
    text: text.slice(0, MAX_COMMAND).toWellFormed(),
  };
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
    text: oneLine(text).slice(0, MAX_TEXT).toWellFormed(),
  };
}

function idOf({ channel, sender, text, ts, msgid }: Overheard): string {
  const identity = JSON.stringify([msgid ?? ts.toISOString(), channel, sender, text]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
