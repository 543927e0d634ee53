import { written } from './lexicon.ts';
import { DENIALS, QUESTION_OPENERS } from './lexicons/stance.ts';
import { BREAK } from './text.ts';

const OPENERS = byFirstWord(QUESTION_OPENERS.flatMap(written));

function byFirstWord(
  phrases: readonly string[],
): ReadonlyMap<string, readonly (readonly string[])[]> {
  const openers = new Map<string, (readonly string[])[]>();
  for (const phrase of phrases) {
    const [first = '', ...rest] = phrase.split(' ');
    openers.set(first, [...(openers.get(first) ?? []), rest]);
  }
  return openers;
}

/** A greeting or a name may stand before a question's first word. */
const OPENING = 4;

/** Whether a message asks: by its mark, or by how one of its clauses opens. */
export function isQuestion(folded: string, tokens: readonly string[]): boolean {
  if (folded.includes('?')) return true;
  return tokens.some(
    (token, at) =>
      (at < OPENING || tokens[at - 1] === BREAK) &&
      OPENERS.get(token)?.some((rest) =>
        rest.every((word, offset) => tokens[at + 1 + offset] === word),
      ),
  );
}

/** Whether the clause around the token at `at` says that its speaker does not do or know what it names. */
export function isDenied(tokens: readonly string[], at: number): boolean {
  const clause = clauseAt(tokens, at);
  return DENIALS.some((denial) => denial.test(clause));
}

function clauseAt(tokens: readonly string[], at: number): string {
  const before = tokens.lastIndexOf(BREAK, at);
  const after = tokens.indexOf(BREAK, at);
  return tokens.slice(before + 1, after === -1 ? undefined : after).join(' ');
}
