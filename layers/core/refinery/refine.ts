import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import type { ProductRecord, SkillProfile, VoiceProfile } from '#contract/profiles.ts';
import { skillProfiles } from './skills.ts';
import { soulProfiles } from './souls.ts';
import { voiceProfiles } from './voices.ts';

/** Part of every product's version: change it with anything that changes a product's bytes. */
export const REFINERY_VERSION = 'refinery-3';

/** What each product is made of. */
export const SOURCES = {
  raw_logs: ['corpus'],
  skill_profiles: ['raw_logs'],
  voice_profiles: ['raw_logs'],
  soul_profiles: ['skill_profiles', 'voice_profiles'],
} as const satisfies Readonly<Record<Product, readonly (Product | 'corpus')[]>>;

/** How each product is computed, in the words of its manifest. */
export const METHODS: Readonly<Record<Product, string>> = {
  raw_logs: 'the merged corpus in its order, one message a line',
  skill_profiles:
    'whole words and phrases of a bilingual lexicon in the user’s own messages; breadth and frequency (Wilson lower bound), questions half, denials nothing',
  voice_profiles:
    'counts over the user’s own messages: punctuation, length, lexicons; roles by degree and sampled betweenness in the graph of marked addresses',
  soul_profiles: 'bought skill and voice profiles merged by user; nothing else is read',
};

/** Records that products are made of; each product reads its {@link SOURCES} and nothing else. */
export interface RefineryInputs {
  readonly corpus?: AsyncIterable<LogRecord>;
  readonly raw_logs?: AsyncIterable<LogRecord>;
  readonly skill_profiles?: AsyncIterable<SkillProfile>;
  readonly voice_profiles?: AsyncIterable<VoiceProfile>;
}

/** The records of `product`, streamed. Equal inputs give equal records in equal order. Throws when a source is missing. */
export function refine(product: Product, inputs: RefineryInputs): AsyncIterable<ProductRecord> {
  switch (product) {
    case 'raw_logs':
      return rawLogs(inputs.corpus ?? missing(product, 'corpus'));
    case 'skill_profiles':
      return skillProfiles(inputs.raw_logs ?? missing(product, 'raw_logs'));
    case 'voice_profiles':
      return voiceProfiles(inputs.raw_logs ?? missing(product, 'raw_logs'));
    case 'soul_profiles':
      return soulProfiles(
        inputs.skill_profiles ?? missing(product, 'skill_profiles'),
        inputs.voice_profiles ?? missing(product, 'voice_profiles'),
      );
  }
}

/** The corpus with its fields in the one order that its bytes have. */
async function* rawLogs(corpus: AsyncIterable<LogRecord>): AsyncGenerator<LogRecord> {
  for await (const { ts, user, text, kind } of corpus) yield { ts, user, text, kind };
}

function missing(product: Product, source: string): never {
  throw new Error(`${product} is made of ${source}, which was not given.`);
}
