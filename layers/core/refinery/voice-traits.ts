import type { Slang, VoiceProfile } from '#contract/profiles.ts';
import { languages } from './languages.ts';
import { round, share, top, wilson } from './measure.ts';
import type { Speaker } from './speaker.ts';

const TOP_TERMS = 5;
/** Nobody is a hub below this many people who addressed them. */
const FEWEST_FOR_HUB = 5;

/** How many different people must have addressed someone for them to be a hub: the 95th percentile, at least five. */
export function hubThreshold(people: readonly Speaker[]): number {
  const sizes = people.map(({ partnersIn }) => partnersIn.size).sort((a, b) => a - b);
  const percentile = sizes[Math.floor(sizes.length * 0.95)] ?? 0;
  return Math.max(FEWEST_FOR_HUB, percentile);
}

/** The profile of one speaker. `hub` is the threshold of {@link hubThreshold}. */
export function describe(person: Speaker, hub: number): VoiceProfile {
  const { user, messages, firstSeen, lastSeen } = person;
  return {
    v: 1,
    user,
    messages,
    firstSeen,
    lastSeen,
    languages: languages(person.spanish, person.english),
    tone: toneOf(person),
    formality: formalityOf(person),
    greeting: greetingOf(person),
    slang: {
      colombian: slangOf(person, 'colombian'),
      crypto: slangOf(person, 'crypto'),
      internet: slangOf(person, 'internet'),
    },
    role: {
      name: roleOf(person, hub),
      addresses: person.addresses,
      addressed: person.addressed,
      partnersOut: person.partnersOut.size,
      partnersIn: person.partnersIn.size,
    },
    signaturePhrases: person.phrases.repeated(TOP_TERMS),
    risk: riskOf(person),
    confidence: round(wilson(messages, messages).low),
  };
}

function toneOf(person: Speaker): VoiceProfile['tone'] {
  const shares = {
    questions: share(person.questions, person.messages),
    exclamations: share(person.exclamations, person.messages),
    laughs: share(person.laughs, person.messages),
    averageLength: round(person.characters / person.messages),
  };
  return { primary: primaryTone(shares), ...shares };
}

function primaryTone(tone: Omit<VoiceProfile['tone'], 'primary'>): VoiceProfile['tone']['primary'] {
  if (tone.questions > 0.3) return 'inquisitive';
  if (tone.exclamations > 0.3) return 'enthusiastic';
  if (tone.averageLength > 80) return 'analytical';
  return tone.averageLength < 20 ? 'reactive' : 'conversational';
}

function formalityOf(person: Speaker): VoiceProfile['formality'] {
  const address = {
    tu: total(person, 'tu'),
    usted: total(person, 'usted'),
    vos: total(person, 'vos'),
  };
  const formal = total(person, 'formal');
  const informal = total(person, 'informal') + person.laughs;
  const balance = formal + address.usted - informal - address.tu - address.vos;
  const level = balance === 0 ? 'neutral' : balance > 0 ? 'formal' : 'informal';
  return { level, formal, informal, address };
}

function greetingOf({ greetings }: Speaker): VoiceProfile['greeting'] {
  const [favourite] = top(greetings, 1);
  return favourite
    ? { favourite: favourite.term, count: favourite.count }
    : { favourite: 'none', count: 0 };
}

function slangOf(person: Speaker, family: string): Slang {
  return {
    total: total(person, family),
    top: top(person.signs.get(family) ?? new Map(), TOP_TERMS),
  };
}

function roleOf(person: Speaker, hub: number): VoiceProfile['role']['name'] {
  if (person.partnersIn.size >= hub) return 'hub';
  const partners = new Set([...person.partnersIn, ...person.partnersOut]).size;
  if (partners === 0) return 'observer';
  return partners === 1 ? 'leaf' : 'participant';
}

function riskOf(person: Speaker): VoiceProfile['risk'] {
  const bold = total(person, 'bold');
  const careful = total(person, 'careful');
  if (bold > 2 * careful) return { tolerance: 'aggressive', bold, careful };
  return { tolerance: careful > bold ? 'conservative' : 'moderate', bold, careful };
}

/** How often any term of `label` was used. */
function total({ signs }: Speaker, label: string): number {
  let sum = 0;
  for (const count of signs.get(label)?.values() ?? []) sum += count;
  return sum;
}
