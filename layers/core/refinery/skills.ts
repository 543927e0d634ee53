import type { LogRecord } from '#contract/log-record.ts';
import { type SkillEvidence, SkillName, type SkillProfile } from '#contract/profiles.ts';
import type { Counts } from './counts.ts';
import { languages } from './languages.ts';
import { CAPABILITIES } from './lexicons/capabilities.ts';
import { round, top, wilson } from './measure.ts';
import { People, type Person } from './people.ts';
import { readSkills } from './skill-reading.ts';

const TOP_SKILLS = 5;
const TOP_SUB_SKILLS = 5;
const TOP_CAPABILITIES = 8;
/** Half of the breadth is reached with this many sub-skills. */
const HALF_BREADTH = 2;
/** Half of the frequency is reached when certainly one message in this many names the skill. */
const HALF_FREQUENCY = 20;
/** Score from which a skill is worth offering. */
const CAPABLE = 0.3;

/** Product skill_profiles: what each user's own messages show them to speak of. One pass; memory grows with users. */
export async function* skillProfiles(
  messages: AsyncIterable<LogRecord>,
): AsyncGenerator<SkillProfile> {
  const people = new People();
  for await (const record of messages) noteSkills(people, record);
  yield* skillProfilesOf(people);
}

/** Counts one message, under `says/<skill>`, `asks/<skill>`, `denies/<skill>` and `sub/<skill>/<sub-skill>`. */
export function noteSkills(people: People, record: LogRecord): void {
  const { person, folded, tokens } = people.hear(record);
  for (const { skill, stance, subSkills } of readSkills(folded, tokens)) {
    person.counts.add(`${stance}/${skill}`);
    if (stance === 'denies') continue;
    for (const sub of subSkills) person.counts.add(`sub/${skill}/${sub}`);
  }
}

/** The profiles of everyone who was heard often enough. */
export function* skillProfilesOf(people: People): Generator<SkillProfile> {
  for (const person of people.known()) yield profile(person);
}

function profile({ user, firstSeen, lastSeen, counts }: Person): SkillProfile {
  const skills = SkillName.options
    .flatMap((skill) => weigh(skill, counts))
    // the sort is stable: ties stay in the order of the taxonomy
    .sort((a, b) => b.score - a.score || b.evidence - a.evidence)
    .slice(0, TOP_SKILLS);
  return {
    v: 1,
    user,
    messages: counts.get('messages'),
    firstSeen,
    lastSeen,
    languages: languages(counts.get('es'), counts.get('en')),
    skills,
    capabilities: capabilities(skills),
  };
}

/**
 * Half breadth, half frequency; both approach 1 and never reach it, so that nobody saturates. The whole is weighed by the share of
 * mentions that are proof: a question is half of one, a denial none.
 */
function weigh(skill: SkillName, counts: Counts): SkillEvidence[] {
  const asked = counts.get(`asks/${skill}`);
  const denied = counts.get(`denies/${skill}`);
  const evidence = counts.get(`says/${skill}`) + asked;
  if (evidence === 0) return [];
  const proof = evidence - asked / 2;
  const subSkills = counts.under(`sub/${skill}`);
  const breadth = subSkills.size / (subSkills.size + HALF_BREADTH);
  const certain = wilson(proof, counts.get('messages')).low * HALF_FREQUENCY;
  const weight = proof / (evidence + denied);
  return [
    {
      skill,
      score: round(weight * (0.5 * breadth + 0.5 * (certain / (certain + 1)))),
      confidence: round(wilson(proof, evidence + denied).low),
      evidence,
      asked,
      denied,
      subSkills: top(subSkills, TOP_SUB_SKILLS),
    },
  ];
}

/** What the proven skills can be paid for, by the sub-skills that are spoken of most. */
function capabilities(skills: readonly SkillEvidence[]): string[] {
  const offered = skills
    .filter(({ score }) => score >= CAPABLE)
    .flatMap(({ skill, subSkills }) => {
      const known = CAPABILITIES[skill];
      const named = subSkills.flatMap(({ term }) => known[term] ?? []);
      return named.length === 0 ? [known.any] : named;
    });
  return [...new Set(offered)].slice(0, TOP_CAPABILITIES);
}
