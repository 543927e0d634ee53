import { SkillName } from '#contract/profiles.ts';
import { compile, type Found, find, standing } from './lexicon.ts';
import { SKILL_TRAPS } from './lexicons/skill-traps.ts';
import { SKILL_TERMS, VOUCHERS } from './lexicons/skills.ts';
import { isDenied, isQuestion } from './stance.ts';

/** The lexicon of skills. */
export const SKILLS = compile(SKILL_TERMS, SKILL_TRAPS);

/** What one message does with a skill: speaks of it, asks about it, or says not to have it. */
export type Stance = 'says' | 'asks' | 'denies';

export interface SkillRead {
  readonly skill: SkillName;
  readonly stance: Stance;
  /** Sub-skills that were named, each once. */
  readonly subSkills: readonly string[];
}

/** The skills that one message speaks of, in the order of the taxonomy. */
export function readSkills(folded: string, tokens: readonly string[]): readonly SkillRead[] {
  const found = standing(find(SKILLS, tokens), VOUCHERS);
  if (found.length === 0) return [];
  const asks = isQuestion(folded, tokens);
  return SkillName.options.flatMap((skill) => {
    const own = found.filter(({ label }) => label === skill);
    return own.length === 0
      ? []
      : [{ skill, stance: stanceOf(own, tokens, asks), subSkills: subSkills(own) }];
  });
}

function stanceOf(own: readonly Found[], tokens: readonly string[], asks: boolean): Stance {
  if (own.some(({ at }) => isDenied(tokens, at))) return 'denies';
  return asks ? 'asks' : 'says';
}

function subSkills(own: readonly Found[]): string[] {
  return [...new Set(own.map(({ group }) => group))];
}
