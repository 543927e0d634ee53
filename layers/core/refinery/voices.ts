import type { LogRecord } from '#contract/log-record.ts';
import type { VoiceProfile } from '#contract/profiles.ts';
import { compile, find } from './lexicon.ts';
import { GREETING_TERMS, VOICE_TERMS, VOICE_TRAPS } from './lexicons/voice.ts';
import { bump } from './measure.ts';
import { type Heard, People } from './people.ts';
import { newSpeaker, type Speaker } from './speaker.ts';
import { describe, hubThreshold } from './voice-traits.ts';

const LEXICON = compile(VOICE_TERMS, VOICE_TRAPS);
const GREETINGS = compile(GREETING_TERMS);
/** A greeting stands among the first words of a message. */
const GREETING_WORDS = 3;
/** Partners beyond this many are not told apart: enough to rank, and bounded. */
const MOST_PARTNERS = 64;
const LAUGH = /^(?:(?:j[aeio]+){2,}j?|(?:h[aeio]+){2,}h?|a*(?:js|ajs){2,}a?)$/;
const MOST_COUNTED_LENGTH = 4000;

/** Product voice_profiles: how each user speaks. One pass; memory grows with users. */
export async function* voiceProfiles(
  messages: AsyncIterable<LogRecord>,
): AsyncGenerator<VoiceProfile> {
  const people = new People<Speaker>(newSpeaker);
  for await (const record of messages) {
    const heard = people.hear(record);
    noteTone(heard);
    noteSigns(heard);
    noteExchange(heard);
  }
  const known = people.known();
  const hub = hubThreshold(known);
  for (const person of known) yield describe(person, hub);
}

function noteTone({ person, folded, tokens }: Heard<Speaker>): void {
  person.characters += Math.min(folded.length, MOST_COUNTED_LENGTH);
  if (folded.includes('?')) person.questions += 1;
  if (folded.includes('!')) person.exclamations += 1;
  if (tokens.some(isLaugh)) person.laughs += 1;
  person.phrases.add(folded);
}

function isLaugh(token: string): boolean {
  const first = token.charCodeAt(0);
  return (first === 106 || first === 104 || first === 97) && LAUGH.test(token); // j, h, a
}

function noteSigns({ person, tokens, language }: Heard<Speaker>): void {
  for (const { label, group } of find(LEXICON, tokens)) {
    // "tu", "sos", "che" are words or nicks elsewhere: ways of address count in Spanish only
    if (isAddress(label) && language !== 'es') continue;
    const counts = person.signs.get(label) ?? new Map<string, number>();
    person.signs.set(label, counts);
    bump(counts, group);
  }
  const greeting = find(GREETINGS, tokens.slice(0, GREETING_WORDS))[0];
  if (greeting) bump(person.greetings, greeting.group);
}

function isAddress(label: string): boolean {
  return label === 'tu' || label === 'usted' || label === 'vos';
}

function noteExchange({ person, addressee }: Heard<Speaker>): void {
  if (!addressee || addressee === person) return;
  person.addresses += 1;
  addressee.addressed += 1;
  if (person.partnersOut.size < MOST_PARTNERS) person.partnersOut.add(addressee);
  if (addressee.partnersIn.size < MOST_PARTNERS) addressee.partnersIn.add(person);
}
