import { formatUsdc } from '#contract/money.ts';
import type { SkillProfile, SoulProfile, VoiceProfile } from '#contract/profiles.ts';
import { round } from './measure.ts';
import { type Soul, soulMarkdown } from './soul-markdown.ts';
import { compareCodePoints } from './text.ts';

/** Score from which a skill is what someone is known for. */
const PROVEN_SCORE = 0.4;
/** Micro-USDC. */
const BASE_PRICE = 10_000n;
const SKILL_PRICE = 40_000;
const HIGHEST_PRICE = 150_000n;
const LOWEST_BOUNTY = 10_000n;
const SPEND = { aggressive: 500_000n, moderate: 300_000n, conservative: 200_000n } as const;

interface Halves {
  readonly skill: SkillProfile | undefined;
  readonly voice: VoiceProfile | undefined;
}

/**
 * Product soul_profiles, merged from bought profiles only: one record per user present in either. Both inputs are sorted by user,
 * so one record of each is in memory at a time.
 */
export async function* soulProfiles(
  skills: AsyncIterable<SkillProfile>,
  voices: AsyncIterable<VoiceProfile>,
): AsyncGenerator<SoulProfile> {
  for await (const halves of zip(skills, voices)) {
    const soul = merge(halves);
    yield { ...soul, soulMd: soulMarkdown(soul, halves.voice) };
  }
}

async function* zip(
  skills: AsyncIterable<SkillProfile>,
  voices: AsyncIterable<VoiceProfile>,
): AsyncGenerator<Halves> {
  const left = cursor(skills);
  const right = cursor(voices);
  let [skill, voice] = [await left(), await right()];
  while (skill ?? voice) {
    const order = compare(skill, voice);
    yield { skill: order <= 0 ? skill : undefined, voice: order >= 0 ? voice : undefined };
    if (order <= 0) skill = await left();
    if (order >= 0) voice = await right();
  }
}

/** Reads one record at a time; undefined at the end. */
function cursor<T>(records: AsyncIterable<T>): () => Promise<T | undefined> {
  const iterator = records[Symbol.asyncIterator]();
  return async () => {
    const next = await iterator.next();
    return next.done === true ? undefined : next.value;
  };
}

/** An exhausted input comes after every user. */
function compare(skill: SkillProfile | undefined, voice: VoiceProfile | undefined): number {
  if (!skill) return 1;
  return voice ? compareCodePoints(skill.user, voice.user) : -1;
}

function merge({ skill, voice }: Halves): Soul {
  const about = span([skill, voice].filter((half) => half !== undefined));
  const skills = skill?.skills ?? [];
  const proven = skills.filter(({ score }) => score >= PROVEN_SCORE).map(({ skill: name }) => name);
  const [specialization] = proven;
  return {
    v: 1,
    user: about.user,
    messages: about.messages,
    firstSeen: about.firstSeen,
    lastSeen: about.lastSeen,
    identity: { languages: about.languages, ...(specialization && { specialization }) },
    ...(voice && { personality: personality(voice) }),
    skills,
    services: capabilitiesOf(skill),
    pricing: pricing(skills, voice),
    confidence: round(((voice?.confidence ?? 0) + (skills[0]?.confidence ?? 0)) / 2),
    partial: !skill || !voice,
    missing: missing({ skill, voice }),
  };
}

function capabilitiesOf(skill: SkillProfile | undefined): string[] {
  return skill?.capabilities ?? [];
}

function missing({ skill, voice }: Halves): SoulProfile['missing'] {
  return [
    ...(skill ? [] : (['skill_profiles'] as const)),
    ...(voice ? [] : (['voice_profiles'] as const)),
  ];
}

type About = Pick<SkillProfile, 'user' | 'messages' | 'firstSeen' | 'lastSeen' | 'languages'>;

/** What the halves say of the same user; they may rest on different versions of the logs. */
function span(halves: readonly About[]): About {
  const [first, second = first] = halves;
  if (!first || !second)
    throw new Error('A soul needs a skill or a voice profile, and has neither.');
  return {
    ...first,
    messages: Math.max(first.messages, second.messages),
    firstSeen: first.firstSeen < second.firstSeen ? first.firstSeen : second.firstSeen,
    lastSeen: first.lastSeen > second.lastSeen ? first.lastSeen : second.lastSeen,
  };
}

function personality(voice: VoiceProfile): NonNullable<SoulProfile['personality']> {
  return {
    tone: voice.tone.primary,
    formality: voice.formality.level,
    greeting: voice.greeting.favourite,
    role: voice.role.name,
    risk: voice.risk.tolerance,
  };
}

/** A task costs more the better proven the skills are; what is spent follows the tolerance for risk, the least when unknown. */
function pricing(
  skills: SkillProfile['skills'],
  voice: VoiceProfile | undefined,
): SoulProfile['pricing'] {
  const proven = skills.reduce((sum, { score, confidence }) => sum + score * confidence, 0);
  const asked = BASE_PRICE + BigInt(Math.round(proven * SKILL_PRICE));
  const task = asked < HIGHEST_PRICE ? asked : HIGHEST_PRICE;
  const half = task / 2n;
  return {
    taskUsdc: formatUsdc(task),
    minimumBountyUsdc: formatUsdc(half > LOWEST_BOUNTY ? half : LOWEST_BOUNTY),
    maximumSpendUsdc: formatUsdc(SPEND[voice?.risk.tolerance ?? 'conservative']),
  };
}
