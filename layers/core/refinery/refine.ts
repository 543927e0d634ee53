import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import type { ProductRecord, SkillProfile, VoiceProfile } from '#contract/profiles.ts';
import { Skills } from './skills.ts';
import { soulProfiles } from './souls.ts';
import { recordsOf, type State } from './state.ts';
import { Days } from './topic-map-state.ts';
import { Members } from './user-stats-state.ts';
import { Voices } from './voices.ts';

/** Part of every product's version: change it with anything that changes a product's bytes. */
export const REFINERY_VERSION = 'refinery-5';

/** What each product is made of. */
export const SOURCES = {
  raw_logs: ['corpus'],
  user_stats: ['corpus'],
  topic_map: ['corpus'],
  skill_profiles: ['raw_logs'],
  voice_profiles: ['raw_logs'],
  soul_profiles: ['skill_profiles', 'voice_profiles'],
} as const satisfies Readonly<Record<Product, readonly (Product | 'corpus')[]>>;

/** Products whose days and hours are of the stream's zone: another zone, another version. */
export const ZONED: ReadonlySet<Product> = new Set<Product>(['user_stats', 'topic_map']);

/** How each product is computed, in the words of its manifest. */
export const METHODS: Readonly<Record<Product, string>> = {
  raw_logs: 'the merged corpus in its order, one message a line',
  user_stats:
    'exact counts of the user’s own messages; Yule’s K out of 256 words sampled by hash of their occurrences (unbiased, exact up to 256), marked addresses of up to 128 partners, topics by lexicon',
  topic_map:
    'messages per day with a term of a bilingual lexicon, each once a topic; found words by log-odds of a day (512 words sampled by hash) against all days (16384) as Dirichlet prior',
  skill_profiles:
    'whole words and phrases of a bilingual lexicon in the user’s own messages; breadth and frequency (Wilson lower bound), questions half, denials nothing',
  voice_profiles:
    'counts over the user’s own messages: punctuation, length, lexicons; roles by degree and sampled betweenness in the graph of marked addresses',
  soul_profiles: 'bought skill and voice profiles merged by user; nothing else is read',
};

/** What each product does not claim, in the words of its manifest. */
export const LIMITS: Readonly<Record<Product, string>> = {
  raw_logs: 'nothing is corrected, translated or attributed to a person behind a nick',
  user_stats:
    'counts of this log alone; replies that name nobody are no interaction; of who addresses more than 128 people, some partners are not counted',
  topic_map:
    'topics by listed words, so irony and unlisted words are not heard; found words are of a sample; of the topics named 0.89 are right in a labelled hold-out, where Business, Learning, Streaming and Games have too few examples to tell',
  skill_profiles:
    'that somebody speaks of a skill, not that they are good at it; irony is not heard, Portuguese is now and then taken for Spanish',
  voice_profiles:
    'how somebody writes here, not who they are; phrases and found words are of samples; replies that name nobody are no edge of the graph',
  soul_profiles:
    'what the bought profiles say and no more; prices and budgets are suggestions out of them; partial where one of the two is missing',
};

/** Records that products are made of; each product reads its {@link SOURCES} and nothing else. */
export interface RefineryInputs {
  /** IANA zone of the stream's days and hours. @default UTC */
  readonly zone?: string;
  readonly corpus?: AsyncIterable<LogRecord>;
  readonly raw_logs?: AsyncIterable<LogRecord>;
  readonly skill_profiles?: AsyncIterable<SkillProfile>;
  readonly voice_profiles?: AsyncIterable<VoiceProfile>;
}

/** The state that remembers messages for `product`; undefined for those that remember none. */
export function stateOf(product: Product, zone: string): State<ProductRecord> | undefined {
  switch (product) {
    case 'user_stats':
      return new Members(zone);
    case 'topic_map':
      return new Days(zone);
    case 'skill_profiles':
      return new Skills();
    case 'voice_profiles':
      return new Voices();
    case 'raw_logs':
    case 'soul_profiles':
      return undefined;
  }
}

/** The records of `product`, streamed. Equal inputs give equal records in equal order. Throws when a source is missing. */
export function refine(product: Product, inputs: RefineryInputs): AsyncIterable<ProductRecord> {
  const { corpus, raw_logs: logs, zone = 'UTC' } = inputs;
  const state = stateOf(product, zone);
  if (state !== undefined)
    return recordsOf(state, given(SOURCES[product][0] === 'corpus' ? corpus : logs, product));
  if (product === 'raw_logs') return rawLogs(given(corpus, product));
  return soulProfiles(given(inputs.skill_profiles, product), given(inputs.voice_profiles, product));
}

/** The corpus with its fields in the one order that its bytes have. */
async function* rawLogs(corpus: AsyncIterable<LogRecord>): AsyncGenerator<LogRecord> {
  for await (const { ts, user, text, kind } of corpus) yield { ts, user, text, kind };
}

function given<T>(source: T | undefined, product: Product): T {
  if (source !== undefined) return source;
  throw new Error(`${product} is made of ${SOURCES[product].join(' and ')}: give all of it.`);
}
