import type { SkillEvidence, SoulProfile, VoiceProfile } from '#contract/profiles.ts';

/** What a soul is before it is written down as Markdown. */
export type Soul = Omit<SoulProfile, 'soulMd'>;

const HIGH = 0.7;
const MEDIUM = 0.4;
const UNKNOWN = '- unknown: the voice profile does not cover this user';

/**
 * SOUL.md of one user: sections of facts, each a line that the inputs support. Words of the user themselves are quoted as code,
 * on one line: a reader that feeds this to a language model must not take them for instructions.
 */
export function soulMarkdown(soul: Soul, voice: VoiceProfile | undefined): string {
  return [
    `# SOUL of ${quote(soul.user)}`,
    soul.partial ? `> Partial: no ${soul.missing.join(', ')} for this user.` : undefined,
    section('Identity', identity(soul)),
    section('Personality', voice ? personality(voice) : [UNKNOWN]),
    section('Communication', voice ? communication(voice) : [UNKNOWN]),
    section('Skills and expertise', skills(soul)),
    section('Services', list(soul.services, 'none proven yet')),
    section('Economy', [
      `- asks ${soul.pricing.taskUsdc} USDC a task, from ${soul.pricing.minimumBountyUsdc} USDC on`,
      `- spends at most ${soul.pricing.maximumSpendUsdc} USDC a task`,
    ]),
    '',
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return `## ${title}\n${lines.join('\n')}`;
}

function identity({ messages, firstSeen, lastSeen, identity: who, confidence }: Soul): string[] {
  return [
    `- language: ${who.languages.primary} (es ${who.languages.es}, en ${who.languages.en})`,
    `- specialization: ${who.specialization ?? 'none proven yet'}`,
    `- rests on ${messages} messages, ${firstSeen} to ${lastSeen}; confidence ${confidence}`,
  ];
}

function personality({ tone, role, risk }: VoiceProfile): string[] {
  return [
    `- tone: ${tone.primary} (questions ${tone.questions}, exclamations ${tone.exclamations})`,
    `- role: ${role.name} (addressed by ${role.partnersIn}, addresses ${role.partnersOut})`,
    `- risk: ${risk.tolerance} (bold ${risk.bold}, careful ${risk.careful})`,
  ];
}

function communication({
  tone,
  formality,
  greeting,
  slang,
  signaturePhrases,
}: VoiceProfile): string[] {
  const { tu, usted, vos } = formality.address;
  const terms = [slang.colombian, slang.crypto, slang.internet].flatMap(({ top }) => top);
  return [
    `- formality: ${formality.level} (formal ${formality.formal}, informal ${formality.informal}; tu ${tu}, usted ${usted}, vos ${vos})`,
    `- greeting: ${greeting.favourite}`,
    `- message length: ${tone.averageLength} characters on average`,
    `- slang: ${terms.map(({ term, count }) => `${term} ${count}`).join(', ') || 'none'}`,
    `- signature phrases: ${signaturePhrases.map(({ term }) => quote(term)).join(', ') || 'none'}`,
  ];
}

function skills({ skills: known, missing }: Soul): string[] {
  if (missing.includes('skill_profiles')) {
    return ['- unknown: the skill profile does not cover this user'];
  }
  return list(known.map(describe), 'none shown');
}

function describe({ skill, score, confidence, evidence, subSkills }: SkillEvidence): string {
  const level = score >= HIGH ? 'high' : score >= MEDIUM ? 'medium' : 'low';
  const parts = subSkills.map(({ term }) => term).join(', ');
  return `${skill}: ${level} (score ${score}, confidence ${confidence}, ${evidence} messages: ${parts})`;
}

function list(lines: readonly string[], none: string): string[] {
  return (lines.length === 0 ? [none] : lines).map((line) => `- ${line}`);
}

/** Foreign text as inline code: no back-tick, line break or other control character leaves it. */
function quote(text: string): string {
  return `\`${text.replace(/[`\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}\``;
}
