import { describe, expect, it } from 'vitest';
import { SkillName, type SkillProfile } from '#contract/profiles.ts';
import { SKILL_TERMS } from '#core/refinery/lexicons/skills.ts';
import { readSkills } from '#core/refinery/skill-reading.ts';
import { Skills } from '#core/refinery/skills.ts';
import { fold, words } from '#core/refinery/text.ts';
import { recordsOf, said } from '../../support/messages.ts';

function skillsIn(text: string): string[] {
  const folded = fold(text);
  return readSkills(folded, words(folded)).map(({ skill }) => skill);
}

async function profileOf(texts: readonly string[]): Promise<SkillProfile> {
  const [profile] = await recordsOf(new Skills(), said(texts));
  return profile!;
}

describe('the skill lexicon', () => {
  it.each([
    ['I rewrote it in Python with Django', ['Python']],
    ['aprendí python3 y numpy', ['Python']],
    ['the react hooks in next.js broke', ['JavaScript']],
    ['TypeScript > js, change my mind', ['JavaScript']],
    ['deployé el contrato inteligente con hardhat', ['Solidity']],
    ['smart contracts in Solidity', ['Solidity']],
    ['el pool de liquidez en uniswap', ['DeFi']],
    ['swap tokens on defi today', ['DeFi']],
    ['start the ssh-agent first', ['DevOps']],
    ['análisis técnico y stop-loss siempre', ['Trading']],
    ['I am long, very bullish', ['Trading']],
    ['mint my NFT on opensea', ['NFTs']],
    ['la inteligencia artificial no duerme', ['AI/ML']],
    ['ChatGPT vs Claude Code', ['AI/ML']],
    ['AI agents with LangChain', ['Agents']],
    ['diseño gráfico en Figma', ['Design']],
    ['css and tailwind frontend', ['Design']],
    ['fine-tuning an LLM', ['AI/ML']],
    ['my NFT is my pfp', ['NFTs']],
    ['terraform + k8s en aws', ['DevOps']],
    ['check your iptables and sshd', ['DevOps']],
    ['bridged usdc to Avalanche', ['Blockchain']],
    ['la gobernanza de la DAO', ['Community']],
  ])('reads %j as %j', (text, expected) => {
    expect(skillsIn(text)).toEqual(expected);
  });

  it.each([
    'esta tarde no puedo',
    'ajsjas que risa',
    'check your mails please',
    'they said hey',
    'ts ts ts, mal hecho',
    'I use Linux Mint every day',
    'how big should the swap partition be',
    'the user-agent says so',
    'fill the flask of coffee',
    'talk to your travel agent',
    'how long is a short film',
    'that yields nothing',
    'ai voy, espérame',
    'alguem ai?',
    'my react to that was bad',
    'the GPT partition table or MBR',
    'see https://www.python.org/downloads',
    'rm -rf /usr/lib/python2.5',
    'full disk crypto is fine',
    'mount -t nfts /dev/sda1',
    'shorewall is a front end to that',
    'not much fine-tuning needed',
    'estas otra vez ai copiona',
    'my pfp is a cat',
    'the model of my car',
    'machine, learning',
  ])('is not trapped by %j', (text) => {
    expect(skillsIn(text)).toEqual([]);
  });
});

describe('skillProfiles', () => {
  it('says nothing of a user with fewer than three messages', async () => {
    const messages = said(['python', 'django']);
    expect(await recordsOf(new Skills(), messages)).toEqual([]);
  });

  it('sorts users by code point, not by UTF-16 unit', async () => {
    const users = ['\u{1f600}', '\uffff', 'z', 'a'];
    const messages = users.flatMap((user) => said(['a', 'b', 'c'], user));
    const profiles = await recordsOf(new Skills(), messages);
    expect(profiles.map(({ user }) => user)).toEqual(['a', 'z', '\uffff', '\u{1f600}']);
  });

  it('counts evidence by message and its sub-skills, and languages', async () => {
    const profile = await profileOf(['python python and django', 'como instalo flask?', 'hola']);

    expect(profile).toMatchObject({
      user: 'ana',
      messages: 3,
      firstSeen: '2025-10-21T12:00:00Z',
      lastSeen: '2025-10-21T12:02:00Z',
      languages: { primary: 'mixed', es: 0.667, en: 0.333 },
      skills: [{ skill: 'Python', evidence: 2, asked: 1 }],
    });
    expect(profile.skills[0]?.subSkills).toEqual([
      { term: 'web', count: 2 },
      { term: 'python', count: 1 },
    ]);
  });

  it('scores who speaks of it often over who mentioned it once', async () => {
    const filler = Array.from({ length: 40 }, () => 'nice day');
    const often = await profileOf([...filler, ...Array.from({ length: 20 }, () => 'solidity')]);
    const once = await profileOf([...filler, 'solidity']);

    expect(often.skills[0]!.score).toBeGreaterThan(once.skills[0]!.score);
  });

  it('scores breadth over repetition, and saying over asking', async () => {
    const narrow = await profileOf(['docker', 'docker', 'docker']);
    const broad = await profileOf(['docker', 'nginx', 'terraform']);
    const asking = await profileOf(['docker?', 'docker?', 'docker?']);

    expect(broad.skills[0]!.score).toBeGreaterThan(narrow.skills[0]!.score);
    expect(asking.skills[0]!.score).toBeLessThan(narrow.skills[0]!.score);
  });

  it('is surer of the same share the more messages it rests on', async () => {
    const few = await profileOf(['python', 'x', 'y', 'z']);
    const many = await profileOf(
      Array.from({ length: 100 }, (_, n) => (n % 4 === 0 ? 'python' : 'x')),
    );

    expect(many.skills[0]!.confidence).toBeGreaterThan(few.skills[0]!.confidence);
  });

  it('keeps at most five skills, best first', async () => {
    const profile = await profileOf([
      'python css',
      'docker nft',
      'solidity dao',
      'bitcoin defi css',
    ]);

    const scores = profile.skills.map(({ score }) => score);
    expect(profile.skills).toHaveLength(5);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('does not take the nick that is addressed for a skill', async () => {
    const messages = [
      ...said(['hi', 'hi', 'hi'], 'python'),
      ...said(['python: how are you', '@python ok', 'cheers @python'], 'bob'),
    ];
    const profiles = await recordsOf(new Skills(), messages);

    expect(profiles.map(({ user, skills }) => [user, skills])).toEqual([
      ['bob', []],
      ['python', []],
    ]);
  });

  it('knows every skill of the contract', () => {
    expect(Object.keys(SKILL_TERMS).sort()).toEqual([...SkillName.options].sort());
  });
});
