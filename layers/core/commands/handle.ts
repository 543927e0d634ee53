import type { AnyCommand, CommandEntry } from '#contract/command.ts';
import type { Owner } from '#contract/owners.ts';
import type { Agent } from '#contract/roster.ts';
import type { CommandBook } from '../ports/command-book.ts';
import type { CommandReplies } from '../ports/command-replies.ts';
import type { Seals } from '../ports/seals.ts';
import { agentBehind } from '../talk/hear.ts';
import { foldNick } from '../talk/mention.ts';
import { cutBytes, oneLine } from '../talk/text.ts';
import { carryOut, type Instruments } from './carry-out.ts';
import { askedIn, type Judgement, judge, orderIn, refusal } from './judge.ts';

/** An answer on IRC: three messages hold it. */
const MAX_ANSWER_BYTES = 1000;
const MAX_NAME_BYTES = 64;

export interface Desk extends Instruments {
  readonly book: CommandBook;
  readonly replies: CommandReplies;
  readonly owners: readonly Owner[];
  readonly seals: Pick<Seals, 'isSeal'>;
}

/** For the log: one word, and for a refusal its reason. */
export interface Handled {
  readonly result: 'done' | 'refused' | 'ignored' | 'duplicate' | 'dropped';
  readonly reason?: string;
  readonly entry?: CommandEntry;
}

/**
 * One command from the queue: judged, written down, carried out, answered and closed, in this order. Coming again after it is over it
 * is nothing; coming again before, it is gone through once more under the same id, and each step knows its earlier self.
 */
export async function handle(
  command: AnyCommand & { readonly id: string },
  desk: Desk,
): Promise<Handled> {
  const known = await desk.book.find(command.id);
  if (known?.answer !== undefined) return { result: 'duplicate', entry: known };
  if (known !== undefined) return finish(command, known, desk);

  const judgement = await admitted(command, desk);
  if (judgement.kind === 'ignored') return { result: 'ignored' };
  if (judgement.kind === 'dropped') return { result: 'dropped', reason: 'over-limit' };
  const nonce = judgement.kind === 'accepted' ? judgement.nonce : undefined;
  const entry = entryOf(command, judgement, desk.now());
  if ((await desk.book.begin(entry, nonce)) !== 'replayed') return finish(command, entry, desk);
  const replayed = entryOf(command, refusal('replayed'), desk.now());
  await desk.book.begin(replayed, undefined);
  return finish(command, replayed, desk);
}

type Admitted = Judgement | { readonly kind: 'dropped' };

/** The judgement, unless the nick has given too many commands: that is answered once a minute. */
async function admitted(command: AnyCommand, desk: Desk): Promise<Admitted> {
  const bench = { ...desk, now: desk.now() };
  if (command.from === 'aws') return judge(command, bench);
  if (voiceIn(command.channel, desk.roster) === undefined) return { kind: 'ignored' };
  if (agentBehind(command.nick, desk.roster) !== undefined) return { kind: 'ignored' };
  const judgement = judge(command, bench);
  if (judgement.kind === 'ignored') return judgement;
  const rate = await desk.book.count(foldNick(command.nick), bench.now);
  if (rate === 'within') return judgement;
  return rate === 'first-over' ? refusal('over-limit') : { kind: 'dropped' };
}

function entryOf(
  command: AnyCommand & { readonly id: string },
  judgement: Exclude<Judgement, { kind: 'ignored' }>,
  now: Date,
): CommandEntry {
  const refused = judgement.kind === 'refused' ? judgement : undefined;
  return {
    v: 1,
    id: command.id,
    at: now.toISOString(),
    from: command.from,
    by: giverOf(command),
    asked: cutBytes(askedIn(command), 400),
    ...(command.from === 'irc' && { channel: command.channel }),
    ...(refused && { reason: refused.reason, refusal: refused.text }),
  };
}

function giverOf(command: AnyCommand): string {
  if (command.from === 'aws') return `aws:${oneLine(command.by ?? 'unnamed')}`;
  const { nick, account, hostmask } = command;
  const names = [nick, account === undefined ? '' : `(${account})`, hostmask];
  return names
    .map((name) => cutBytes(oneLine(name), MAX_NAME_BYTES))
    .filter((name) => name !== '')
    .join(' ');
}

async function finish(
  command: AnyCommand & { readonly id: string },
  entry: CommandEntry,
  desk: Desk,
): Promise<Handled> {
  const { id, by, reason, refusal: because } = entry;
  const refused = reason !== undefined && because !== undefined;
  const text = refused ? because : await done(command, { id, by, at: new Date(entry.at) }, desk);
  const answer = cutBytes(oneLine(text), MAX_ANSWER_BYTES);
  await answerTo(command, { answer, ...(refused && { reason }) }, desk);
  await desk.book.end(id, answer);
  return refused ? { result: 'refused', reason, entry } : { result: 'done', entry };
}

async function done(
  command: AnyCommand,
  occasion: Parameters<typeof carryOut>[1],
  desk: Desk,
): Promise<string> {
  const judgement = orderIn(command, desk.roster);
  if (judgement.kind !== 'accepted')
    throw new Error(`Command ${occasion.id} was accepted and is no command any more.`);
  const text = await carryOut(judgement.order, occasion, desk);
  const { name } = judgement.order;
  // whoever halts from afar halts people who are talking: they are told as well
  if (command.from === 'aws' && (name === 'halt' || name === 'resume')) {
    const voice = desk.roster[0];
    const [channel] = voice?.channels ?? [];
    if (voice !== undefined && channel !== undefined)
      await desk.lines.say({
        v: 1,
        id: `told-${occasion.id}`,
        agentId: voice.id,
        channel,
        text: `STATUS: ${cutBytes(text, 380)}`,
      });
  }
  return text;
}

async function answerTo(
  command: AnyCommand & { readonly id: string },
  { answer, reason }: { readonly answer: string; readonly reason?: string },
  { roster, lines, replies }: Desk,
): Promise<void> {
  const { id } = command;
  if (command.from === 'aws') {
    const ok = reason === undefined;
    const about = { v: 1, id, command: command.command, ok, text: answer } as const;
    await replies.reply({ ...about, ...(reason !== undefined && { reason }) });
    return;
  }
  const voice = voiceIn(command.channel, roster);
  if (voice === undefined) return;
  const nick = cutBytes(oneLine(command.nick), MAX_NAME_BYTES);
  const { channel } = voice;
  const text = `${nick}: ${answer}`;
  await lines.say({ v: 1, id: `answer-${id}`, agentId: voice.agentId, channel, text });
}

/** Who answers on a channel: the first of the roster that is in it. */
function voiceIn(channel: string, roster: readonly Agent[]) {
  const wanted = foldNick(channel);
  for (const { id, channels } of roster) {
    const found = channels.find((each) => foldNick(each) === wanted);
    if (found !== undefined) return { agentId: id, channel: found };
  }
  return undefined;
}
