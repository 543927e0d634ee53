import type { Slang, VoiceProfile } from '#contract/profiles.ts';
import type { Counts } from './counts.ts';
import type { Exchanges } from './exchanges.ts';
import { type Background, foundTerms } from './found-terms.ts';
import { type Place, placesOf } from './graph.ts';
import { languages } from './languages.ts';
import { round, share, top, wilson } from './measure.ts';
import type { Person } from './people.ts';

const TOP_TERMS = 5;
/** Nobody is a hub below this many people who name them. */
const FEWEST_FOR_HUB = 5;
/** Share of connected people who must stand between fewer for someone to be a bridge. */
const BRIDGE = 0.9;
const NOWHERE: Place = {
  addresses: 0,
  addressed: 0,
  partnersOut: 0,
  partnersIn: 0,
  mutual: 0,
  partners: 0,
  betweenness: 0,
};

/** What is left to know of one person once the others have been heard: little, for it is kept of everybody. */
export interface Heard extends Pick<Person, 'user' | 'firstSeen' | 'lastSeen' | 'counts'> {
  readonly found: Slang['top'];
  readonly phrases: Slang['top'];
}

/** What one person is described against. */
interface Room {
  readonly places: ReadonlyMap<string, Place>;
  /** How many different people must name someone for them to be a hub. */
  readonly hub: number;
}

/** `background` is of everybody's words. */
export function heardOf(person: Person, background: Background): Heard {
  const { user, firstSeen, lastSeen, counts, phrases, terms } = person;
  return {
    ...{ user, firstSeen, lastSeen, counts },
    found: top(foundTerms(terms, background), TOP_TERMS),
    phrases: top(phrases.counts(), TOP_TERMS).filter(({ count }) => count > 1),
  };
}

/** The profiles of those who were heard often enough. `exchanges` are of all who were heard. */
export function* voiceProfilesOf(
  known: readonly Heard[],
  exchanges: Exchanges,
): Generator<VoiceProfile> {
  const places = placesOf(exchanges);
  const room = { places, hub: hubThreshold(known, places) };
  for (const person of known) yield describe(person, room);
}

/** The 95th percentile of how many name someone, at least five. */
function hubThreshold(known: readonly Heard[], places: ReadonlyMap<string, Place>): number {
  const sizes = known.map(({ user }) => places.get(user)?.partnersIn ?? 0).sort((a, b) => a - b);
  return Math.max(FEWEST_FOR_HUB, sizes[Math.floor(sizes.length * 0.95)] ?? 0);
}

function describe(person: Heard, room: Room): VoiceProfile {
  const { user, firstSeen, lastSeen, counts } = person;
  const messages = counts.get('messages');
  return {
    v: 1,
    user,
    messages,
    firstSeen,
    lastSeen,
    languages: languages(counts.get('es'), counts.get('en')),
    tone: toneOf(counts, messages),
    formality: formalityOf(counts),
    greeting: greetingOf(counts),
    slang: {
      colombian: slangOf(counts, 'colombian'),
      crypto: slangOf(counts, 'crypto'),
      internet: slangOf(counts, 'internet'),
      found: person.found,
    },
    role: roleOf(room.places.get(user) ?? NOWHERE, room.hub),
    signaturePhrases: person.phrases,
    risk: riskOf(counts),
    confidence: round(wilson(messages, messages).low),
  };
}

function toneOf(counts: Counts, messages: number): VoiceProfile['tone'] {
  const shares = {
    questions: share(counts.get('asks'), messages),
    exclamations: share(counts.get('excited'), messages),
    laughs: share(counts.get('laughs'), messages),
    averageLength: round(counts.get('characters') / messages),
  };
  return { primary: primaryTone(shares), ...shares };
}

function primaryTone(tone: Omit<VoiceProfile['tone'], 'primary'>): VoiceProfile['tone']['primary'] {
  if (tone.questions > 0.3) return 'inquisitive';
  if (tone.exclamations > 0.3) return 'enthusiastic';
  if (tone.averageLength > 80) return 'analytical';
  return tone.averageLength < 20 ? 'reactive' : 'conversational';
}

function formalityOf(counts: Counts): VoiceProfile['formality'] {
  const address = { tu: counts.get('tu'), usted: counts.get('usted'), vos: counts.get('vos') };
  const formal = counts.get('formal');
  const informal = counts.get('informal');
  const balance = formal + address.usted - informal - address.tu - address.vos;
  const level = balance === 0 ? 'neutral' : balance > 0 ? 'formal' : 'informal';
  return { level, formal, informal, address };
}

function greetingOf(counts: Counts): VoiceProfile['greeting'] {
  const [favourite] = top(counts.under('greeting'), 1);
  return favourite
    ? { favourite: favourite.term, count: favourite.count }
    : { favourite: 'none', count: 0 };
}

function slangOf(counts: Counts, family: string): Slang {
  return { total: counts.get(family), top: top(counts.under(family), TOP_TERMS) };
}

function roleOf({ partners, betweenness, ...place }: Place, hub: number): VoiceProfile['role'] {
  return { name: roleName(), ...place, betweenness: round(betweenness) };

  function roleName(): VoiceProfile['role']['name'] {
    if (place.partnersIn >= hub) return 'hub';
    if (partners === 0) return 'observer';
    if (partners === 1) return 'leaf';
    return betweenness >= BRIDGE ? 'bridge' : 'participant';
  }
}

function riskOf(counts: Counts): VoiceProfile['risk'] {
  const bold = counts.get('bold');
  const careful = counts.get('careful');
  if (bold > 2 * careful) return { tolerance: 'aggressive', bold, careful };
  return { tolerance: careful > bold ? 'conservative' : 'moderate', bold, careful };
}
