import type { AnyCommand, HeardCommand } from '#contract/command.ts';
import { type InboxEntry, IrcLine } from '#contract/irc-line.ts';
import { ROSTER } from '#contract/roster.ts';
import { NOTHING_SAID, Talk } from '#contract/talk.ts';
import { COMMANDS } from '#core/commands/catalogue.ts';
import { askedIn, judge, orderIn } from '#core/commands/judge.ts';
import { readNick } from '#core/privacy/nick.ts';
import { formatUtterance, isAutomatic, parseUtterance } from '#core/talk/grammar.ts';
import { agentBehind, hear } from '#core/talk/hear.ts';
import { consider, DEFAULT_LIMITS } from '#core/talk/limits.ts';
import { foldNick, mentions } from '#core/talk/mention.ts';
import { offersAfter, repliesTo } from '#core/talk/reply.ts';
import { byteLength, oneLine } from '#core/talk/text.ts';
import { Dice } from '../bench/dice.ts';
import { LineReader, parseMessage } from '../local/irc/wire.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const NICK = 'maria';
const CHANNEL = '#karmakadabra';
/** No command may hold these on its way out: they would begin another. */
const BREAKS = /[\r\n\0]/;
const MOST_TALK_BYTES = 6_000;

const SEEDS = [
  'HAVE: raw_logs | $0.01 | fresh',
  'NEED: Soul profiles | $0.08 USDC | for me',
  'DEAL: kk-a <-> kk-b | raw_logs | $0.01 | 0xabc',
  'VERIFIED: raw_logs | 10 records',
  'COORD: 7/7',
  'STATUS: well',
  '@kk-karma-hello: ¿cuánto cuesta?',
  'kk-soul-extractor2, hi @kk-soul-extractor',
  '!halt because |sig=1:1767225600:0123456789abcdef:' + 'a'.repeat(64),
  ...Object.entries(COMMANDS).map(([name, { usage }]) => `!${name} ${usage}`),
  '!say kk-validator #karmakadabra hola',
  '\x01ACTION waves\x01',
  '\x034,4colour\x0f',
  '@time=2026-01-01T00:00:00Z;msgid=1 :a!b@c PRIVMSG #x :y',
];
const PIECES = [
  ...[
    '\r\n',
    '\0',
    '\n',
    '|',
    '$',
    ':',
    '@',
    '!',
    '<->',
    ' |sig=',
    '\u2028',
    '\ud800',
    '\x07',
    '\x01',
  ],
  ...[
    'kk-karma-hello',
    'raw_logs',
    'é',
    '😀',
    '\u202e',
    '[]\\~',
    '9'.repeat(30),
    '1:2:3:4',
    '\u0000QUIT',
  ],
  'x'.repeat(600),
  '__proto__',
  'constructor',
];

/** State that goes on from line to line: it must not grow. */
export class IrcFuzz {
  #talk: Talk = NOTHING_SAID;
  readonly #reader = new LineReader();
  /** How many of the lines were what, so that a fuzzer that only makes noise shows. */
  readonly counts = { utterances: 0, leads: 0, commands: 0, replies: 0, accepted: 0 };

  /** One line that `seed` makes; a sentence when something is wrong. */
  line(seed: number): string | undefined {
    const dice = new Dice(seed);
    const text = damaged(dice);
    try {
      const wrong =
        this.#wire(text) ??
        this.#grammar(text) ??
        this.#mention(text) ??
        this.#commands(text, dice) ??
        this.#replies(text, dice, seed);
      return wrong === undefined ? undefined : `${wrong}: ${JSON.stringify(text.slice(0, 300))}`;
    } catch (error) {
      return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}: ${JSON.stringify(text.slice(0, 300))}`;
    }
  }

  #wire(text: string): string | undefined {
    for (const line of this.#reader.read(Buffer.from(`PRIVMSG ${CHANNEL} :${text}\r\n${text}\n`))) {
      if (BREAKS.test(line)) return 'a line of the wire holds a break';
      const message = parseMessage(line);
      if (message !== undefined && message.params.length > 15) return 'more than 15 parameters';
    }
    return undefined;
  }

  #grammar(text: string): string | undefined {
    const utterance = parseUtterance(text);
    if (utterance === undefined) return undefined;
    this.counts.utterances += 1;
    const line = formatUtterance(utterance);
    if (BREAKS.test(line) || byteLength(line) > 400) return 'a said utterance is no line';
    if (!isAutomatic(line)) return 'a said utterance may be answered';
    const again = parseUtterance(line);
    if (again === undefined || formatUtterance(again) !== line) return 'said again it is another';
    return undefined;
  }

  #mention(text: string): string | undefined {
    const leads = hear({ sender: NICK, text }, ROSTER);
    this.counts.leads += leads.length;
    if (leads.length > ROSTER.length) return 'one line concerns an agent twice';
    if (ROSTER.some(({ id }) => mentions(text, id) && !foldNick(text).includes(id)))
      return 'a mention that is not in the text';
    if (foldNick(text).length !== text.length) return 'folding changed the length';
    readNick(text);
    agentBehind(text, ROSTER);
    return undefined;
  }

  #commands(text: string, dice: Dice): string | undefined {
    const seals = { isSeal: () => dice.below(2) === 0 };
    const owners = [{ kind: 'mask', mask: '*a*b*@*.c' }] as const;
    const bench = { roster: ROSTER, owners, seals, now: NOW };
    const heard: HeardCommand = {
      ...{ v: 1, from: 'irc', id: '0'.repeat(32), ts: NOW.toISOString() },
      ...{ channel: CHANNEL, nick: NICK, hostmask: text.slice(0, 100), text },
    };
    const given: AnyCommand = {
      ...{ v: 1, from: 'aws', id: 'one', command: text.slice(0, 20).split(' ')[0] ?? '' },
      args: text.split(' ').slice(0, 10),
    };
    for (const command of [heard, given]) {
      const judgement = judge(command, bench);
      orderIn(command, ROSTER);
      if (BREAKS.test(askedIn(command))) return 'the audit holds a break';
      if (judgement.kind === 'ignored') continue;
      this.counts.commands += 1;
      if (judgement.kind === 'accepted') this.counts.accepted += 1;
      if (BREAKS.test(JSON.stringify(Object.values(judgement)).replaceAll('\\n', '\n')))
        return 'an order holds a break';
    }
    return undefined;
  }

  #replies(text: string, dice: Dice, seed: number): string | undefined {
    const agent = ROSTER[dice.below(ROSTER.length)];
    if (agent === undefined) return undefined;
    const kinds = ['mention', 'need', 'have', 'deal'] as const;
    const entry: InboxEntry = {
      ...{ v: 1, ts: NOW.toISOString(), id: String(seed), channel: CHANNEL },
      ...{
        kind: kinds[dice.below(4)] ?? 'mention',
        sender: text.slice(0, 60),
        text: text.slice(0, 600),
      },
    };
    const offers = offersAfter(this.#talk.offers, [entry], { agent, roster: ROSTER });
    const stock = { raw_logs: { generation: 'a', version: 'b', records: 1 } };
    const self = {
      ...{ agent, roster: ROSTER, state: { stock }, openDeals: 1, balance: 1n, isHalted: false },
      ...{ requested: new Set<never>(), offers, storefrontUrl: 'https://shop.example', now: NOW },
    };
    this.#talk = { ...this.#talk, offers };
    for (const { channel, text: said, id, topic } of repliesTo([entry], self, 2)) {
      this.counts.replies += 1;
      if (BREAKS.test(said) || said !== oneLine(said)) return 'an answer is no line';
      IrcLine.parse({ v: 1, id, agentId: agent.id, channel, text: said });
      const draft = { text: said, topic };
      const now = new Date(NOW.getTime() + seed * 1000);
      const verdict = consider(this.#talk, draft, { now, limits: DEFAULT_LIMITS });
      if (verdict.kind !== 'drop') this.#talk = verdict.talk;
    }
    const size = JSON.stringify(Talk.parse(this.#talk)).length;
    return size > MOST_TALK_BYTES ? `what is remembered grew to ${size} bytes` : undefined;
  }
}

/** Something that was once a line: cut, doubled, joined with another, with pieces thrown in. */
function damaged(dice: Dice): string {
  let text = pick(SEEDS, dice);
  for (let times = dice.below(5); times > 0; times -= 1) {
    const at = dice.below(text.length + 1);
    const to = at + dice.below(12);
    switch (dice.below(5)) {
      case 0:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, at) + pick(SEEDS, dice) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + String.fromCharCode(dice.below(0x1_0000)) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, to) + text.slice(at, to) + text.slice(to);
        break;
      default:
        text = text.slice(0, at) + pick(PIECES, dice) + text.slice(at);
    }
  }
  return text;
}

function pick(list: readonly string[], dice: Dice): string {
  return list[dice.below(list.length)] ?? '';
}
