import type { SkillName } from '#contract/profiles.ts';

/** What someone with a skill can be paid for, by the sub-skill they speak of; `any` when none of theirs is named. */
export const CAPABILITIES: Readonly<
  Record<SkillName, { readonly any: string } & Readonly<Record<string, string>>>
> = {
  Python: {
    any: 'Python scripting',
    data: 'data analysis in Python',
    web: 'Python web services',
    scraping: 'web scraping in Python',
  },
  JavaScript: {
    any: 'JavaScript and TypeScript development',
    react: 'React interfaces',
    node: 'Node.js services',
  },
  Solidity: { any: 'smart contract development', security: 'smart contract review' },
  DeFi: { any: 'DeFi protocol research', lending: 'lending and collateral research' },
  Trading: { any: 'market commentary', 'technical analysis': 'chart reading' },
  NFTs: { any: 'NFT collection advice', minting: 'mint preparation' },
  'AI/ML': {
    any: 'machine learning advice',
    'language models': 'prompt and retrieval work',
    models: 'model training and tuning',
  },
  Agents: { any: 'agent building', protocols: 'agent protocol integration' },
  Design: {
    any: 'graphic design',
    'interface and experience': 'interface design',
    illustration: 'illustration and animation',
  },
  DevOps: {
    any: 'server administration',
    containers: 'container deployment',
    cloud: 'cloud infrastructure',
    network: 'network and firewall set-up',
  },
  Blockchain: { any: 'blockchain integration', wallets: 'wallet support' },
  Community: {
    any: 'community support',
    governance: 'governance facilitation',
    events: 'event organisation',
    moderation: 'channel moderation',
  },
};
