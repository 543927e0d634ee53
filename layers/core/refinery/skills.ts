import type { LogRecord } from '#contract/log-record.ts';
import {
  MINIMUM_MESSAGES,
  type SkillEvidence,
  SkillName,
  type SkillProfile,
} from '#contract/profiles.ts';
import { Counts } from './counts.ts';
import { languageOf, languages } from './languages.ts';
import { CAPABILITIES } from './lexicons/capabilities.ts';
import { round, top, wilson } from './measure.ts';
import { read } from './read.ts';
import { readSkills } from './skill-reading.ts';
import { Book, type Page, State } from './state.ts';
import type { Whole } from './whole.ts';

const TOP_SKILLS = 5;
const TOP_SUB_SKILLS = 5;
const TOP_CAPABILITIES = 8;
/** Half of the breadth is reached with this many sub-skills. */
const HALF_BREADTH = 2;
/** Half of the frequency is reached when certainly one message in this many names the skill. */
const HALF_FREQUENCY = 20;
/** Score from which a skill is worth offering. */
const CAPABLE = 0.3;

/** What is counted of one user: `messages`, their languages, `says/<skill>`, `asks/<skill>`, `denies/<skill>` and `<skill>/<sub-skill>`. */
interface Person extends Page {
  readonly user: string;
  readonly counts: Counts;
}

/** Product skill_profiles: what each user's own messages show them to speak of. */
export class Skills extends State<SkillProfile> {
  readonly #people = new Book('person', newPerson, ({ counts }) => [counts]);
  protected readonly books = [this.#people];

  hear({ ts, user, text }: LogRecord): void {
    const { counts } = this.#people.at(user, ts);
    const { folded, tokens } = read(text);
    counts.add('messages');
    const language = languageOf(tokens);
    if (language) counts.add(language);
    for (const { skill, stance, subSkills } of readSkills(folded, tokens)) {
      counts.add(`${stance}/${skill}`);
      if (stance === 'denies') continue;
      for (const sub of subSkills) counts.add(`${skill}/${sub}`);
    }
  }

  /** The profiles of everyone who was heard often enough. */
  protected async *tell(whole: Whole): AsyncGenerator<SkillProfile> {
    for await (const person of this.#people.pagesIn(whole))
      if (person.counts.get('messages') >= MINIMUM_MESSAGES) yield profile(person);
  }
}

function newPerson(user: string, ts: string): Person {
  return { user, firstSeen: ts, lastSeen: ts, counts: new Counts() };
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
  const subSkills = counts.under(skill);
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
