import type { LogRecord } from '#contract/log-record.ts';

const WORDS =
  'hola gm python docker parce que chimba the node wallet dao swap jaja please how is figma bitcoin'.split(
    ' ',
  );

/** A log of `messages` messages of `users` users, two seconds apart; the same for the same numbers. */
export function aLog(messages: number, users = 20): LogRecord[] {
  const start = Date.UTC(2025, 9, 21);
  return Array.from({ length: messages }, (_, n) => ({
    ts: `${new Date(start + n * 2000).toISOString().slice(0, 19)}Z`,
    user: `user${(n * 7) % users}`,
    text: [n, n * 3, n * 5, n * 11].map((at) => WORDS[at % WORDS.length]).join(' ') + ` ${n}`,
    kind: 'message',
  }));
}
