import fc from 'fast-check';
import type { LogRecord } from '#contract/log-record.ts';

const word = fc.constantFrom(
  'python',
  'AI',
  'ñandú',
  'parce',
  'gm',
  'tú',
  'usted',
  'all in',
  'bob:',
  '@ana',
  'bob, ',
  'hola, ',
  'wallet',
  'mint',
  "I don't know",
  'jajaja',
  'le recomiendo',
  '?',
  '!',
  '🚀',
  "don't",
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(word, { maxLength: 8 }).map((parts) => parts.join(' ')),
);
/** A message of any sender, words that mean something among bytes that do not. */
export const anyMessage = fc.record<LogRecord>({
  ts: fc
    .date({ min: new Date('2005-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, 19)}Z`),
  user: fc.oneof(
    fc.constantFrom('ana', 'bob', '__proto__', 'constructor', '😀', '\uffff'),
    fc.string({ unit: 'binary', minLength: 1 }),
  ),
  text,
  kind: fc.constantFrom('message', 'action', 'notice'),
});
