import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Dice } from '../bench/dice.ts';

export const FORMATS = [
  'chat-pretty',
  'chat-compact',
  'chat-array',
  'full',
  'jsonl',
  'inbox',
  'irc',
  'weechat',
] as const;
export type Format = (typeof FORMATS)[number];

/** A file of messages that can be told apart: `parts[i]` is one message's bytes, with its mark `<i>` in the text. */
export interface Made {
  readonly format: Format;
  readonly name: string;
  readonly head: Uint8Array;
  readonly parts: readonly Uint8Array[];
  readonly tail: Uint8Array;
}

const TEXTS = [
  'hola',
  'ñ😀',
  '"quoted"',
  'back\\slash',
  '{x',
  '[1',
  'a: b',
  '<x>',
  ']',
  '}',
  'tab\there',
  '\u0001',
  '  spaced  ',
  '"messages": [',
];

export function make(dice: Dice): Made {
  const format = FORMATS[dice.below(FORMATS.length)] ?? 'full';
  const said = Array.from({ length: 2 + dice.below(12) }, (_, index) => ({
    at: index * 7,
    user: `u${dice.below(4)}`,
    text: `<${index}> ${dice.below(5) === 0 ? 'x'.repeat(dice.below(5000)) : pick(dice, TEXTS)}`,
  }));
  return { format, name: '2025-10-23.log', ...written(format, said) };
}

interface Said {
  readonly at: number;
  readonly user: string;
  readonly text: string;
}

function written(format: Format, said: readonly Said[]): Pick<Made, 'head' | 'parts' | 'tail'> {
  if (!format.startsWith('chat')) {
    return {
      head: bytes(''),
      parts: said.map((each) => bytes(`${line(format, each)}\n`)),
      tail: bytes(''),
    };
  }
  const indent = format === 'chat-pretty' ? 2 : undefined;
  const parts = said.map(({ at, user, text }, index) => {
    const json = JSON.stringify(
      { timestamp: `2025-10-23T${clock(at)}Z`, user, message: text },
      null,
      indent,
    );
    return bytes(`${json}${index < said.length - 1 ? ',\n' : '\n'}`);
  });
  const isArray = format === 'chat-array';
  return {
    head: bytes(isArray ? '[' : '{"stream_id": "s", "messages": [\n'),
    parts,
    tail: bytes(isArray ? ']' : '], "metadata": {"format_version": "1.0"}}'),
  };
}

function line(format: Format, { at, user, text }: Said): string {
  const time = clock(at);
  const ts = `2025-10-23T${time}+00:00`;
  if (format === 'jsonl') return JSON.stringify({ ts, sender: user, channel: '#c', content: text });
  if (format === 'inbox') return JSON.stringify({ ts, sender: user, channel: '#c', message: text });
  const flat = text.replaceAll('\n', ' ');
  if (format === 'full') return `[10/23/2025 ${time.replace(/^00/, '12')} AM] ${user}: ${flat}`;
  if (format === 'weechat') return `2025-10-23 ${time}\t${user}\t${flat}`;
  return `[${time}] <${user}> ${flat}`;
}

function clock(seconds: number): string {
  return `00:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What a mutation made, and which messages it left alone. */
export interface Mutant {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly untouched: readonly number[];
}

type Damage = (body: Uint8Array, dice: Dice, parts: readonly Uint8Array[]) => Uint8Array;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'bits flipped': flipped,
  'noise spliced in': (body, dice) => spliced(body, noise(dice), dice),
  'piece cut out': without,
  // the deepest are 1.5 MB: beyond what any stack bears, and beyond what one piece may have
  'deep nesting': (_, dice) => bytes(pick(dice, ['{"a":', '[']).repeat(depth(dice))),
  'another part spliced in': (body, dice, parts) => spliced(body, pick(dice, parts), dice),
  'huge field': (body, dice) => spliced(body, huge(dice), dice),
};

/** Damages one message, or cuts the file in it, or does nothing. */
export function mutate({ head, parts, tail }: Made, dice: Dice): Mutant {
  const all = [...parts.keys()];
  const victim = dice.below(parts.length);
  const before = [head, ...parts.slice(0, victim)];
  const part = parts[victim] ?? bytes('');
  const [body, end] = [part.subarray(0, -1), part.subarray(-1)];
  const damages = Object.entries(DAMAGES);
  const [what, damage] = damages[dice.below(damages.length + 2)] ?? [];
  if (what === undefined || damage === undefined) {
    if (dice.below(2) === 0)
      return { what: 'nothing', bytes: concat([head, ...parts, tail]), untouched: all };
    const cut = concat([...before, body.subarray(0, dice.below(body.length))]);
    return { what: 'truncated', bytes: cut, untouched: all.slice(0, victim) };
  }
  const after = [end, ...parts.slice(victim + 1), tail];
  const damaged = concat([...before, damage(body, dice, parts), ...after]);
  return { what, bytes: damaged, untouched: all.filter((mark) => mark !== victim) };
}

function depth(dice: Dice): number {
  return 1 + dice.below(dice.below(50) === 0 ? 300_000 : 2000);
}

/** Mostly some kilobytes; one time in a thousand 10 MB. */
function huge(dice: Dice): Uint8Array {
  const size = dice.below(1000) === 0 ? 10_485_760 : 1 + dice.below(6000);
  return new Uint8Array(size).fill(pick(dice, [0x61, 0x20, 0x22, 0x5c, 0x7b, 0x00, 0xf0]));
}

function noise(dice: Dice): Uint8Array {
  return Uint8Array.from({ length: 1 + dice.below(40) }, () => dice.below(256)).map((byte) =>
    byte === 0x0a ? 0x0b : byte,
  );
}

function flipped(part: Uint8Array, dice: Dice): Uint8Array {
  const copy = part.slice();
  for (let flips = 1 + dice.below(3); flips > 0; flips -= 1) {
    const at = dice.below(copy.length);
    const byte = (copy[at] ?? 0) ^ (1 << dice.below(8));
    copy[at] = byte === 0x0a ? 0x0b : byte;
  }
  return copy;
}

function spliced(part: Uint8Array, what: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(part.length + 1);
  return concat([part.subarray(0, at), what, part.subarray(at)]);
}

function without(part: Uint8Array, dice: Dice): Uint8Array {
  const from = dice.below(part.length);
  return concat([part.subarray(0, from), part.subarray(from + 1 + dice.below(part.length - from))]);
}

/** Now and then a file comes compressed, whole or with its end torn off. */
export function packed(plain: Uint8Array, dice: Dice): Uint8Array {
  const how = dice.below(12);
  if (how === 0) return gzipSync(plain);
  return how === 1 ? zstdCompressSync(plain) : plain;
}

function pick<T>(dice: Dice, from: readonly [T, ...T[]] | readonly T[]): T {
  const picked = from[dice.below(from.length)];
  if (picked === undefined) throw new Error('Picked from nothing.');
  return picked;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
