import type { LogRecord } from '#contract/log-record.ts';
import type { VoiceProfile } from '#contract/profiles.ts';
import { rankOf } from './bottom-k.ts';
import { termsUpTo } from './found-terms.ts';
import { type Heard, People } from './people.ts';
import { readVoice } from './voice-reading.ts';
import { voiceProfilesOf } from './voice-traits.ts';

const MOST_COUNTED_LENGTH = 4000;
/** Shortest and longest text that can be a signature phrase, in characters, and the longest that is looked at. */
const SHORTEST_PHRASE = 6;
const LONGEST_PHRASE = 29;
const LONGEST_INPUT = 64;
const SPACES = /\s+/g;
/** V8 copies so short a piece of a text; of a longer one it would keep the whole text. */
const isTerm = termsUpTo(12);

/** Product voice_profiles: how each user speaks. One pass; memory grows with users. */
export async function* voiceProfiles(
  messages: AsyncIterable<LogRecord>,
): AsyncGenerator<VoiceProfile> {
  const people = new People();
  for await (const record of messages) noteVoice(people, record);
  yield* voiceProfilesOf(people);
}

/** Counts one message: its labels once each, the terms behind them, whom it names, and samples of phrases and words. */
export function noteVoice(people: People, record: LogRecord): void {
  const heard = people.hear(record);
  const { person, folded, nicks } = heard;
  const { labels, terms, greeting } = readVoice(heard);
  person.counts.add('characters', Math.min(folded.length, MOST_COUNTED_LENGTH));
  for (const label of labels) person.counts.add(label);
  for (const term of terms) person.counts.add(term);
  if (greeting !== undefined) person.counts.add(`greeting/${greeting}`);
  for (const nick of nicks) person.partners.add(nick);
  sample(people, record, heard);
}

/** The rank of an occurrence follows from what was said, by whom and when: the same message again is the same occurrence. */
function sample(
  people: People,
  { ts, user, text }: LogRecord,
  { person, folded, tokens }: Heard,
): void {
  const rank = rankOf(text, rankOf(user, rankOf(ts)));
  const phrase = phraseOf(folded);
  if (phrase !== undefined) person.phrases.add(rank, phrase);
  for (const token of new Set(tokens)) {
    if (!isTerm(token)) continue;
    const place = rankOf(token, rank);
    person.terms.add(place, token);
    people.background.add(place, token);
  }
}

/** A short remark of several words; undefined for everything else. */
function phraseOf(folded: string): string | undefined {
  if (folded.length > LONGEST_INPUT) return undefined;
  const phrase = folded.trim().replaceAll(SPACES, ' ');
  const isPhrase = phrase.length >= SHORTEST_PHRASE && phrase.length <= LONGEST_PHRASE;
  return isPhrase && phrase.includes(' ') ? phrase : undefined;
}
