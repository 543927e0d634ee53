import type { SkillName } from '#contract/profiles.ts';
import type { Entries } from '../lexicon.ts';
import { BLOCKCHAIN, COMMUNITY, DEFI, NFTS, TRADING } from './skills-chain.ts';
import { AGENTS, AI, JAVASCRIPT, PYTHON, SOLIDITY } from './skills-code.ts';
import { DESIGN, DEVOPS } from './skills-craft.ts';

/**
 * What names a skill, in English and Spanish, by sub-skill. Everyday words (swap, mint, agent, long) are weak: alone they mean
 * something else far more often.
 */
export const SKILL_TERMS: Readonly<Record<SkillName, Entries>> = {
  Python: PYTHON,
  JavaScript: JAVASCRIPT,
  Solidity: SOLIDITY,
  DeFi: DEFI,
  Trading: TRADING,
  NFTs: NFTS,
  'AI/ML': AI,
  Agents: AGENTS,
  Design: DESIGN,
  DevOps: DEVOPS,
  Blockchain: BLOCKCHAIN,
  Community: COMMUNITY,
};

/** Skills whose terms vouch for another's weak terms: "mint" beside "wallet" is no herb. */
export const VOUCHERS: Readonly<Partial<Record<SkillName, readonly SkillName[]>>> = {
  JavaScript: ['Solidity'],
  Solidity: ['DeFi', 'Blockchain', 'JavaScript'],
  DeFi: ['Trading', 'Blockchain', 'Solidity'],
  Trading: ['DeFi', 'Blockchain', 'NFTs'],
  NFTs: ['Trading', 'Blockchain', 'Solidity'],
  'AI/ML': ['Agents'],
  Agents: ['AI/ML', 'Blockchain'],
  Blockchain: ['Agents', 'Solidity'],
  Community: ['Blockchain'],
};
