import type { LogRecord } from '#contract/log-record.ts';
import { type SkillEvidence, SkillName, type SkillProfile } from '#contract/profiles.ts';
import { languages } from './languages.ts';
import { compile, find, standing } from './lexicon.ts';
import { SKILL_TRAPS } from './lexicons/skill-traps.ts';
import { SKILL_TERMS } from './lexicons/skills.ts';
import { bump, round, top, wilson } from './measure.ts';
import { type Heard, People, type Person } from './people.ts';

const LEXICON = compile(SKILL_TERMS, SKILL_TRAPS);
const TOP_SKILLS = 5;
const TOP_SUB_SKILLS = 5;
/** Half of the breadth is reached with this many sub-skills. */
const HALF_BREADTH = 2;
/** Half of the frequency is reached when certainly one message in this many names the skill. */
const HALF_FREQUENCY = 20;

interface Evidence {
  messages: number;
  asked: number;
  readonly subSkills: Map<string, number>;
}

interface Skilled extends Person {
  readonly evidence: Map<string, Evidence>;
}

/** Product skill_profiles: what each user's own messages show them to speak of. One pass; memory grows with users. */
export async function* skillProfiles(
  messages: AsyncIterable<LogRecord>,
): AsyncGenerator<SkillProfile> {
  const people = new People<Skilled>((person) => ({ ...person, evidence: new Map() }));
  for await (const record of messages) note(people.hear(record));
  for (const person of people.known()) yield profile(person);
}

function note({ person, tokens, folded }: Heard<Skilled>): void {
  const found = standing(find(LEXICON, tokens));
  if (found.length === 0) return;
  const isQuestion = folded.includes('?');
  for (const label of new Set(found.map(({ label: skill }) => skill))) {
    const evidence = person.evidence.get(label) ?? { messages: 0, asked: 0, subSkills: new Map() };
    person.evidence.set(label, evidence);
    evidence.messages += 1;
    if (isQuestion) evidence.asked += 1;
    const groups = found.filter((meaning) => meaning.label === label).map(({ group }) => group);
    for (const group of new Set(groups)) bump(evidence.subSkills, group);
  }
}

function profile({ user, messages, firstSeen, lastSeen, ...person }: Skilled): SkillProfile {
  const skills = SkillName.options
    .flatMap((skill) => {
      const evidence = person.evidence.get(skill);
      return evidence ? [weigh(skill, evidence, messages)] : [];
    })
    // the sort is stable: ties stay in the order of the taxonomy
    .sort((a, b) => b.score - a.score || b.evidence - a.evidence)
    .slice(0, TOP_SKILLS);
  return {
    v: 1,
    user,
    messages,
    firstSeen,
    lastSeen,
    languages: languages(person.spanish, person.english),
    skills,
  };
}

/** Half breadth, half frequency; both approach 1 and never reach it, so that nobody saturates. A question is half a proof. */
function weigh(skill: SkillName, evidence: Evidence, messages: number): SkillEvidence {
  const proof = evidence.messages - evidence.asked / 2;
  const breadth = evidence.subSkills.size / (evidence.subSkills.size + HALF_BREADTH);
  const certain = wilson(proof, messages).low * HALF_FREQUENCY;
  const { low, high } = wilson(evidence.messages, messages);
  return {
    skill,
    score: round(0.5 * breadth + 0.5 * (certain / (certain + 1))),
    confidence: round(1 - (high - low)),
    evidence: evidence.messages,
    asked: evidence.asked,
    subSkills: top(evidence.subSkills, TOP_SUB_SKILLS),
  };
}
