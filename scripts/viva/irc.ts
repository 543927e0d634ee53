import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { IRC_LOG } from '../local/economy/economy.ts';
import { addIrcSign } from './irc-sign.ts';
import { type LookFlags, wholeNumber, withLookFlags } from './options.ts';
import { fail, paint } from './output.ts';
import { plain } from './words.ts';

const CHUNK = 64 * 1024;
const LOOK_EVERY_MS = 250;

/** A line of the IRC log. */
const HeardLine = z.object({
  nick: z.string(),
  channel: z.string(),
  text: z.string(),
  ts: z.string(),
});
export type HeardLine = z.infer<typeof HeardLine>;

interface Flags extends LookFlags {
  readonly lines: number;
  readonly follow: boolean;
}

export function addIrc(program: Command): void {
  const irc = program
    .command('irc')
    .description('What was said on the channels, and what to say there.');
  withLookFlags(irc.command('tail'))
    .description(
      'The last lines, and with --follow the next ones too; it works while nothing runs. With --json one array, or with --follow one object a line.',
    )
    .option('-n, --lines <n>', 'how many', wholeNumber, 20)
    .option('-f, --follow', 'go on until Ctrl-C', false)
    .action((flags: Flags) => tail(flags).catch(fail));
  addIrcSign(irc);
}

async function tail({ dir, json, lines, follow }: Flags): Promise<void> {
  const file = join(resolve(dir), IRC_LOG);
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new CannotStart(
      `Nothing was ever said in ${dir}: start an economy with \`npm start\`, or name its folder with --dir.`,
      { cause },
    );
  });
  const { heard, next } = await lastLines(file, { size, lines });
  if (!follow) {
    console.log(json ? JSON.stringify(heard) : heard.map(lineText).join('\n'));
    return;
  }
  const show = (line: HeardLine): void => {
    console.log(json ? JSON.stringify(line) : lineText(line));
  };
  heard.forEach(show);
  await followFrom(file, next, show);
}

/** Reads backwards from the end, no more than it needs. `next`: where the first line begins that is not whole yet. */
export async function lastLines(
  file: string,
  { size, lines }: { readonly size: number; readonly lines: number },
): Promise<{ readonly heard: readonly HeardLine[]; readonly next: number }> {
  let from = size;
  let bytes: Buffer = Buffer.alloc(0);
  const handle = await open(file);
  try {
    while (from > 0 && newlinesIn(bytes) <= lines) {
      const length = Math.min(CHUNK, from);
      from -= length;
      const chunk = Buffer.alloc(length);
      await handle.read(chunk, 0, length, from);
      bytes = Buffer.concat([chunk, bytes]);
    }
  } finally {
    await handle.close();
  }
  const end = bytes.lastIndexOf(10) + 1;
  const heard = parseLines(bytes.subarray(0, end).toString());
  return { heard: lines === 0 ? [] : heard.slice(-lines), next: from + end };
}

function newlinesIn(bytes: Buffer): number {
  return bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
}

/** Pure: whole lines; one that was cut when a process died is left out. */
export function parseLines(text: string): readonly HeardLine[] {
  return text.split('\n').flatMap((line) => {
    const found = HeardLine.safeParse(json(line)).data;
    return found === undefined ? [] : [found];
  });
}

/** Pure: safe for a terminal. */
export function lineText({ nick, channel, text, ts }: HeardLine): string {
  return `${paint('dim', plain(ts))}  ${paint('cyan', plain(channel).padEnd(17))} <${plain(nick)}> ${plain(text)}`;
}

/** Until the process ends. A log that shrank was begun anew: it is read from its start. */
async function followFrom(
  file: string,
  begin: number,
  show: (line: HeardLine) => void,
): Promise<void> {
  let at = begin;
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size < at) at = 0;
    if (size === at) continue;
    const { heard, next } = await linesBetween(file, at, size);
    heard.forEach(show);
    at = next;
  }
}

async function linesBetween(file: string, from: number, size: number) {
  const handle = await open(file);
  try {
    const bytes = Buffer.alloc(Math.min(size - from, CHUNK * 16));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, bytesRead).lastIndexOf(10) + 1;
    return { heard: parseLines(bytes.subarray(0, end).toString()), next: from + end };
  } finally {
    await handle.close();
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
