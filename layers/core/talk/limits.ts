import { MOST_SAID, MOST_TOPICS, type Talk, TalkLimits } from '#contract/talk.ts';

export const DEFAULT_LIMITS: TalkLimits = TalkLimits.parse({});

/** Words of a line that are compared: more would make what is remembered too large. */
const MOST_WORDS = 60;

/** A line about to be said; what shares a topic is said once in a while. */
export interface Draft {
  readonly text: string;
  readonly topic?: string | undefined;
}

/** `talk` is what to remember. Dropped for good, or kept for a later beat. */
export type Verdict =
  | { readonly kind: 'say'; readonly talk: Talk }
  | { readonly kind: 'drop'; readonly because: 'cooldown' | 'repeated' }
  | { readonly kind: 'wait'; readonly because: 'silenced'; readonly talk: Talk };

/**
 * Whether an agent may say a line now. Pure. A topic that was spoken of is quiet for a while; a line of nearly the same words as one of
 * the last two minutes is not said again; and who has said too many in them is silent for a while.
 */
export function consider(talk: Talk, draft: Draft, { now, limits }: Hour): Verdict {
  const at = now.getTime();
  if ((talk.silentUntil ?? 0) > at) return { kind: 'wait', because: 'silenced', talk };
  const topic = draft.topic === undefined ? undefined : topicHash(draft.topic);
  if (isQuiet(talk, topic, at)) return { kind: 'drop', because: 'cooldown' };
  const recent = talk.said.filter((line) => line.at > at - limits.windowMs);
  const words = wordsOf(draft.text);
  const isRepeated = recent.some(
    (line) => similarity(words, line.words.split(' ')) >= limits.similarity,
  );
  if (isRepeated) return { kind: 'drop', because: 'repeated' };
  if (limits.burst <= MOST_SAID && recent.length >= limits.burst)
    return {
      kind: 'wait',
      because: 'silenced',
      talk: { ...talk, silentUntil: at + limits.silenceMs },
    };
  const { silentUntil: _over, ...rest } = talk;
  return {
    kind: 'say',
    talk: {
      ...rest,
      quiet: topic === undefined ? talk.quiet : quietAfter(talk.quiet, topic, { now, limits }),
      said: [...recent, { at, words: words.join(' ') }].slice(-MOST_SAID),
    },
  };
}

function isQuiet({ quiet }: Talk, topic: string | undefined, at: number): boolean {
  return topic !== undefined && (quiet[topic] ?? 0) * 1000 > at;
}

interface Hour {
  readonly now: Date;
  readonly limits: TalkLimits;
}

/** The same in every process: a random one would make no cooldown at all. */
export function topicHash(topic: string): string {
  return fnv1a(topic).toString(36);
}

/** Without what is over; of too many, those that last longest. */
function quietAfter(quiet: Talk['quiet'], topic: string, { now, limits }: Hour): Talk['quiet'] {
  const until = Math.ceil((now.getTime() + limits.cooldownMs) / 1000);
  const standing = Object.entries({ ...quiet, [topic]: until })
    .filter(([, seconds]) => seconds * 1000 > now.getTime())
    .toSorted(([, a], [, b]) => b - a);
  return Object.fromEntries(standing.slice(0, MOST_TOPICS));
}

/** Hashes of a line's different words, so that a line takes little room. */
function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_.$-]+/gu) ?? [];
  return [
    ...new Set(words.slice(0, MOST_WORDS).map((word) => (fnv1a(word) & 0xffff).toString(36))),
  ];
}

/** 32-bit FNV-1a over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/): small, stable, not for secrets. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Jaccard: of the words that either has, the share that both have. */
function similarity(one: readonly string[], other: readonly string[]): number {
  const both = new Set(one);
  const common = other.filter((word) => both.has(word)).length;
  const all = both.size + other.length - common;
  return all === 0 ? 1 : common / all;
}
