import type { AnyCommand, GivenCommand, HeardCommand } from '#contract/command.ts';
import type { Owner } from '#contract/owners.ts';
import type { Agent } from '#contract/roster.ts';
import type { Seals } from '../ports/seals.ts';
import { oneLine } from '../talk/text.ts';
import { COMMANDS, type CommandName, commandNamed } from './catalogue.ts';
import { type Order, readOrder } from './order.ts';
import { isOwner } from './owners.ts';
import { type BadSignature, checkSignature, splitLine } from './signed-line.ts';

export interface Refused {
  readonly kind: 'refused';
  /** A word for the log and the audit. */
  readonly reason:
    | BadSignature
    | 'unsigned'
    | 'not-an-owner'
    | 'unknown-command'
    | 'bad-arguments'
    | 'replayed'
    | 'over-limit';
  /** A sentence for who asked. */
  readonly text: string;
}

/** `ignored`: somebody else's command. `nonce` must be new. */
export type Judgement =
  | { readonly kind: 'ignored' }
  | Refused
  | { readonly kind: 'accepted'; readonly order: Order; readonly nonce?: string };

export interface Bench {
  readonly roster: readonly Agent[];
  readonly owners: readonly Owner[];
  readonly seals: Pick<Seals, 'isSeal'>;
  readonly now: Date;
}

const SENTENCES: Readonly<Record<Exclude<Refused['reason'], 'bad-arguments'>, string>> = {
  'bad-signature': 'that signature is malformed: make the line with `viva irc sign`.',
  'unknown-version': 'that signature is of a version that I do not know.',
  'wrong-signature':
    'that signature is wrong: it holds for one key, nick, channel and text, unaltered.',
  expired: 'that signature is not of this minute: sign again, and look at your clock.',
  unsigned: 'that needs a signature: make the line with `viva irc sign`.',
  'not-an-owner': 'that needs an account or a host that is listed as an owner’s.',
  'unknown-command': 'no such command; !help lists them.',
  replayed: 'that line was used before: sign a new one.',
  'over-limit': 'that is more than 20 commands in 60 seconds: wait a minute.',
};

export function refusal(reason: keyof typeof SENTENCES): Refused {
  return { kind: 'refused', reason, text: SENTENCES[reason] };
}

/** What is asked, as words: without the signature, which nobody needs to keep. */
export function askedIn(command: AnyCommand): string {
  return oneLine(
    command.from === 'irc'
      ? splitLine(command.text).text
      : [command.command, ...command.args].join(' '),
  );
}

/** Whether a command may be carried out. Pure; never throws, whatever it holds. */
export function judge(command: AnyCommand, bench: Bench): Judgement {
  return command.from === 'irc' ? judgeHeard(command, bench) : judgeGiven(command, bench);
}

/** The order in a command that was accepted before. */
export function orderIn(command: AnyCommand, roster: readonly Agent[]): Judgement {
  if (command.from === 'aws') return judgeGiven(command, { roster });
  const { name, words } = wordsOf(splitLine(command.text).text);
  return name === undefined
    ? { kind: 'ignored' }
    : accept(name, words, { roster, nick: command.nick });
}

function judgeGiven({ command, args }: GivenCommand, { roster }: Pick<Bench, 'roster'>): Judgement {
  const name = commandNamed(command);
  return name === undefined ? refusal('unknown-command') : accept(name, args, { roster });
}

function judgeHeard(command: HeardCommand, bench: Bench): Judgement {
  const { text, signature } = splitLine(command.text);
  const { name, words } = wordsOf(text);
  if (signature === undefined) {
    // other bots have commands too
    if (name === undefined) return { kind: 'ignored' };
    if (COMMANDS[name].trust !== 'anyone') return refusal('unsigned');
    return accept(name, words, { ...bench, nick: command.nick });
  }
  const { channel, nick } = command;
  const checked = checkSignature({ channel, nick, text, signature }, bench);
  if ('reason' in checked) return refusal(checked.reason);
  if (name === undefined) return refusal('unknown-command');
  if (COMMANDS[name].trust === 'privileged' && !isOwner(command, bench.owners))
    return refusal('not-an-owner');
  const judged = accept(name, words, { ...bench, nick });
  return judged.kind === 'accepted' ? { ...judged, nonce: checked.nonce } : judged;
}

function wordsOf(text: string): { readonly name?: CommandName; readonly words: readonly string[] } {
  const [first = '', ...words] = oneLine(text).split(' ');
  const name = first.startsWith('!') ? commandNamed(first.slice(1)) : undefined;
  return name === undefined ? { words } : { name, words };
}

function accept(
  name: CommandName,
  words: readonly string[],
  context: { readonly roster: readonly Agent[]; readonly nick?: string },
): Judgement {
  const order = readOrder(name, words, context);
  return 'flaw' in order
    ? { kind: 'refused', reason: 'bad-arguments', text: order.flaw }
    : { kind: 'accepted', order };
}
