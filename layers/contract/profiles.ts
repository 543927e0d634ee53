import * as z from 'zod';
import { LogRecord } from './log-record.ts';
import type { Product } from './products.ts';

/** The twelve skills that profiles speak of. */
export const SkillName = z.enum([
  'Python',
  'JavaScript',
  'Solidity',
  'DeFi',
  'Trading',
  'NFTs',
  'AI/ML',
  'Agents',
  'Design',
  'DevOps',
  'Blockchain',
  'Community',
]);
export type SkillName = z.infer<typeof SkillName>;

/** What topic_map and user_stats tell topics by. */
export const Topic = z.enum([
  'Programming',
  'Systems',
  'Blockchain',
  'Trading',
  'AI/ML',
  'Design',
  'Business',
  'Community',
  'Learning',
  'Streaming',
  'Games',
]);
export type Topic = z.infer<typeof Topic>;

/** Fewest messages of a user before anything is said about them. */
export const MINIMUM_MESSAGES = 3;

const Share = z.number().min(0).max(1);
const Count = z.int().nonnegative();
const Moment = z.iso.datetime();
const Counted = z.object({ term: z.string().min(1), count: Count });

/**
 * Shares of the messages whose language could be told by function words; both 0 (`unknown`) when none could.
 * `mixed` when neither reaches 0.8.
 */
export const Languages = z.object({
  primary: z.enum(['es', 'en', 'mixed', 'unknown']),
  es: Share,
  en: Share,
});
export type Languages = z.infer<typeof Languages>;

/**
 * One skill that a user's own messages speak of. `evidence` counts the messages that name it, `asked` those of them that are
 * questions (half a proof), `denied` further ones that say not to know or do it (none). `score` weighs breadth (distinct sub-skills) and frequency,
 * and the share of mentions that are proof; `confidence` is the lower bound of that share's 95 % Wilson interval: it grows with volume.
 */
export const SkillEvidence = z.object({
  skill: SkillName,
  score: Share,
  confidence: Share,
  evidence: Count.min(1),
  asked: Count,
  denied: Count.default(0),
  subSkills: z.array(Counted).min(1).max(5),
});
export type SkillEvidence = z.infer<typeof SkillEvidence>;

const About = { v: z.literal(1), user: z.string().min(1), messages: Count.min(MINIMUM_MESSAGES) };

/** How many messages speak of a topic, and their share of all; one message may speak of several. */
const TopicShare = z.object({ topic: Topic, messages: Count.min(1), share: Share });

/**
 * Product user_stats: one line per user with enough messages, sorted by user in code-point order. `rank` is by `engagement`, then by
 * messages: 1 is the most engaged. `engagement` is 0 to 10: 0.40 min(messages/10, 10) + 0.30 min(activeDays 10/6, 10)
 * + 0.15 min(averageLength/50, 10) + 0.15 min((addresses + addressed)/5, 10). Days and hours are of the stream's `hours.zone`; lengths are
 * in characters. `vocabulary.richness` is Yule's K (lower is richer) out of `sampled` of the `words` said, at most 256 and taken by hash;
 * absent below 20. `interactions` are messages that name another user of the product by `nick:` at the beginning or `@nick`;
 * partners of one user stop at 128, and `strongest` counts those `to` and `from` each. `confidence` is the Wilson lower bound of n
 * successes in n messages.
 */
export const UserStats = z.object({
  ...About,
  firstSeen: Moment,
  lastSeen: Moment,
  rank: Count.min(1),
  engagement: z.number().min(0).max(10),
  activeDays: Count.min(1),
  averageLength: z.number().nonnegative(),
  vocabulary: z.object({
    words: Count,
    sampled: Count.max(256),
    richness: z.number().min(0).max(10_000).optional(),
  }),
  topics: z.array(TopicShare).max(5),
  interactions: z.object({
    addresses: Count,
    addressed: Count,
    partners: Count,
    strongest: z.array(z.object({ user: z.string().min(1), to: Count, from: Count })).max(5),
  }),
  confidence: Share,
  hours: z.object({ zone: z.string().min(1), counts: z.array(Count).length(24) }),
});
export type UserStats = z.infer<typeof UserStats>;

/**
 * Product topic_map: one line per day of the stream's `zone`, in order, and last one `overall`. `topics` are by messages, most first;
 * `subtopics` are `<skill or topic>/<part>`. `other` counts the messages that speak of no topic. `found` are words that a day says far more
 * often than all days (log-odds with all days as prior), whatever topic they belong to, and no names of users: counted in a sample of
 * 512 words of the day taken by hash, and summed over the days in `overall`.
 */
export const TopicMap = z.object({
  v: z.literal(1),
  period: z.union([z.iso.date(), z.literal('overall')]),
  zone: z.string().min(1),
  messages: Count.min(1),
  users: Count.min(1),
  firstSeen: Moment,
  lastSeen: Moment,
  topics: z
    .array(TopicShare.extend({ subtopics: z.array(Counted).min(1).max(5) }))
    .max(Topic.options.length),
  other: Count,
  found: z.array(Counted).max(10),
});
export type TopicMap = z.infer<typeof TopicMap>;

/**
 * Product skill_profiles: one line per user with enough messages, sorted by user in code-point order. `capabilities` are what the
 * skills of a certain score can be paid for, best first.
 */
export const SkillProfile = z.object({
  ...About,
  firstSeen: Moment,
  lastSeen: Moment,
  languages: Languages,
  skills: z.array(SkillEvidence).max(5),
  capabilities: z.array(z.string()).max(8).default([]),
});
export type SkillProfile = z.infer<typeof SkillProfile>;

/** How many messages use one family of slang, and its most frequent terms. */
export const Slang = z.object({ total: Count, top: z.array(Counted).max(5) });
export type Slang = z.infer<typeof Slang>;

/**
 * Product voice_profiles: how a user speaks, counted over their own messages; signs are counted once a message.
 * `slang.found` and `signaturePhrases` are counted in samples, by hash, of 128 occurrences of words and 64 of short remarks: `found` are the
 * terms this user says far more often than everybody (log-odds), slang or not.
 * `role` follows from who names whom, by `nick:` at the beginning or `@nick`; partners are at most 32 of each (by hash). `hub`: named by many (the top twentieth, and
 * by five at least); `bridge`: no hub, and on more shortest paths between others than nine tenths of the connected (`betweenness` is that
 * share); `leaf`: one partner; `participant`: several; `observer`: none. `mutual` partners name each other.
 * `confidence` is the Wilson lower bound of n successes in n messages: 0.44 for 3, 0.93 for 50.
 */
export const VoiceProfile = z.object({
  ...About,
  firstSeen: Moment,
  lastSeen: Moment,
  languages: Languages,
  tone: z.object({
    primary: z.enum(['inquisitive', 'enthusiastic', 'analytical', 'reactive', 'conversational']),
    questions: Share,
    exclamations: Share,
    laughs: Share,
    averageLength: z.number().nonnegative(),
  }),
  formality: z.object({
    level: z.enum(['formal', 'informal', 'neutral']),
    formal: Count,
    informal: Count,
    address: z.object({ tu: Count, usted: Count, vos: Count }),
  }),
  greeting: z.object({ favourite: z.string(), count: Count }),
  slang: z.object({
    colombian: Slang,
    crypto: Slang,
    internet: Slang,
    found: z.array(Counted).max(5).default([]),
  }),
  role: z.object({
    name: z.enum(['hub', 'bridge', 'participant', 'leaf', 'observer']),
    addresses: Count,
    addressed: Count,
    partnersOut: Count,
    partnersIn: Count,
    mutual: Count.default(0),
    betweenness: Share.default(0),
  }),
  signaturePhrases: z.array(Counted).max(5),
  risk: z.object({
    tolerance: z.enum(['aggressive', 'moderate', 'conservative']),
    bold: Count,
    careful: Count,
  }),
  confidence: Share,
});
export type VoiceProfile = z.infer<typeof VoiceProfile>;

/** Amount in USDC with at most 6 decimals, as a string. */
const Usdc = z.string().regex(/^\d+(\.\d{1,6})?$/);

/**
 * Product soul_profiles: what bought skill and voice profiles say together. `partial` when one of them does not know the user;
 * `missing` names it, and what it would have told is absent, not invented.
 */
export const SoulProfile = z.object({
  ...About,
  firstSeen: Moment,
  lastSeen: Moment,
  soulMd: z.string().min(1),
  identity: z.object({ languages: Languages, specialization: SkillName.optional() }),
  personality: z
    .object({
      tone: z.string(),
      formality: z.string(),
      greeting: z.string(),
      role: z.string(),
      risk: z.string(),
    })
    .optional(),
  skills: z.array(SkillEvidence).max(5),
  services: z.array(z.string()),
  pricing: z.object({ taskUsdc: Usdc, minimumBountyUsdc: Usdc, maximumSpendUsdc: Usdc }),
  confidence: Share,
  partial: z.boolean(),
  missing: z.array(z.enum(['skill_profiles', 'voice_profiles'])),
});
export type SoulProfile = z.infer<typeof SoulProfile>;

/** Product raw_logs: messages of the corpus as they are, with a time that is one. */
const RawLog = LogRecord.extend({ ts: Moment });

/** What one NDJSON line of each product is: sellers write it, buyers check it. */
export const PRODUCT_RECORD = {
  raw_logs: RawLog,
  user_stats: UserStats,
  topic_map: TopicMap,
  skill_profiles: SkillProfile,
  voice_profiles: VoiceProfile,
  soul_profiles: SoulProfile,
} as const satisfies Record<Product, z.ZodType>;

export type ProductRecord =
  | LogRecord
  | UserStats
  | TopicMap
  | SkillProfile
  | VoiceProfile
  | SoulProfile;
