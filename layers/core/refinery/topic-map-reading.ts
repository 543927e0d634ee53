import { Topic } from '#contract/profiles.ts';
import { compile, type Found, find, standing } from './lexicon.ts';
import { SKILL_TRAPS } from './lexicons/skill-traps.ts';
import { TOPIC_OF_SKILL, TOPIC_TERMS, TOPIC_TRAPS, TOPIC_VOUCHERS } from './lexicons/topics.ts';
import { readSkills } from './skill-reading.ts';

const TOPICS = compile(TOPIC_TERMS, [...SKILL_TRAPS, ...TOPIC_TRAPS]);

/** A topic that a message speaks of, and its sub-topics (`Python/web`, `Business/sales`), each once. */
export interface TopicRead {
  readonly topic: Topic;
  readonly subtopics: readonly string[];
}

/** The topics of one message, in the order of the taxonomy. A question is about its topic, and so is a denial. */
export function readTopics(folded: string, tokens: readonly string[]): readonly TopicRead[] {
  const skills = readSkills(folded, tokens).flatMap(({ skill, subSkills }) =>
    subSkills.map((sub) => ({ topic: TOPIC_OF_SKILL[skill], key: `${skill}/${sub}` })),
  );
  const own = ownTerms(tokens, new Set(skills.map(({ topic }) => topic)));
  if (skills.length === 0 && own.length === 0) return [];
  return Topic.options.flatMap((topic) => {
    const named = [
      ...skills.filter((one) => one.topic === topic),
      ...own.filter(({ label }) => label === topic),
    ];
    const subtopics = [...new Set(named.map(({ key }) => key))];
    return subtopics.length === 0 ? [] : [{ topic, subtopics }];
  });
}

/** A skill that the message names vouches for weak terms of its topic and of those that it vouches for. */
function ownTerms(tokens: readonly string[], topics: ReadonlySet<Topic>): readonly Found[] {
  const found = find(TOPICS, tokens);
  if (found.length === 0) return found;
  // at no place of the message: it stands beside every term
  const skills = [...topics].map((label): Found => {
    return { label, group: '', key: '', term: '', weak: false, at: -1 };
  });
  return standing([...found, ...skills], TOPIC_VOUCHERS).filter(({ at }) => at >= 0);
}
