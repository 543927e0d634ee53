import * as z from 'zod';
import { AgentId, Sha256 } from './ids.ts';
import { Micro } from './money.ts';

const Count = z.int().nonnegative();

/** What agents make out of logs and sell to each other. */
export const Product = z.enum([
  'raw_logs',
  'user_stats',
  'topic_map',
  'skill_profiles',
  'voice_profiles',
  'soul_profiles',
]);
export type Product = z.infer<typeof Product>;

/** What is known of a product for everyone who sells, buys or checks it. Prices in micro-USDC. */
export interface ProductTerms {
  readonly title: string;
  readonly price: bigint;
  /** Fewest records a buyer accepts. */
  readonly minimumRecords: number;
  /** EM `skills_required`: how sellers find requests for what they sell. */
  readonly skill: string;
}

export const PRODUCTS: Readonly<Record<Product, ProductTerms>> = {
  raw_logs: { title: 'Raw chat logs', price: 10_000n, minimumRecords: 1000, skill: 'raw_logs' },
  user_stats: { title: 'User stats', price: 30_000n, minimumRecords: 5, skill: 'user_stats' },
  // a day and the whole: one day of chat makes two
  topic_map: { title: 'Topic map', price: 20_000n, minimumRecords: 2, skill: 'topic_map' },
  skill_profiles: {
    title: 'Skill profiles',
    price: 50_000n,
    minimumRecords: 5,
    skill: 'skill_profiles',
  },
  voice_profiles: {
    title: 'Voice profiles',
    price: 40_000n,
    minimumRecords: 5,
    skill: 'voice_profiles',
  },
  soul_profiles: {
    title: 'Soul profiles',
    price: 80_000n,
    minimumRecords: 3,
    skill: 'soul_profiles',
  },
};

/** Object names beside each other under `<seller>/products/<product>/<version>/`. */
export const DATA_FILE = 'data.ndjson.gz';
export const MANIFEST_FILE = 'manifest.json';
/** The version under pseudonyms, for whoever buys at the direct door. */
export const PUBLIC_FILE = 'public.ndjson.gz';

/** One input that a product was made of: the corpus itself or a bought product. */
const ProductInput = z.object({
  product: z.string(),
  version: z.string(),
  sha256: Sha256.optional(),
});
export type ProductInput = z.infer<typeof ProductInput>;

/**
 * `manifest.json` beside every product version in S3 (`<agent>/products/<product>/<version>/`).
 * `version` is a hash over the inputs' versions and the code version; `sha256` and `bytes` are of the gzip file as delivered,
 * `records` its number of NDJSON lines. `from`/`to` are the ISO times of the first and last message it rests on. `sample`: at most
 * three records, shortened to 2 KiB each, for anyone to see before paying; older manifests have none. `leftOut`: how many people who
 * spoke in the logs are absent because they opted out; of bought inputs, the largest number that a seller told. Older ones have none.
 * `limits` says what the product does not claim; older manifests have none.
 * `pseudonymised`: people have other names in it, by a keyed hash.
 */
export const ProductManifest = z.object({
  v: z.literal(1),
  product: Product,
  version: z.string(),
  seller: AgentId,
  sha256: Sha256,
  bytes: Count,
  records: Count,
  users: Count,
  from: z.string(),
  to: z.string(),
  inputs: z.array(ProductInput),
  codeVersion: z.string(),
  method: z.string(),
  limits: z.string().optional(),
  leftOut: Count.optional(),
  pseudonymised: z.boolean().optional(),
  sample: z.array(z.record(z.string(), z.unknown())).max(3).optional(),
});
export type ProductManifest = z.infer<typeof ProductManifest>;

/** `<agent>/products/<product>/newest.json`: what the direct door sells now, and for how much; older ones have the list price. */
export const NewestProduct = ProductManifest.extend({ price: Micro.optional() });
export type NewestProduct = z.infer<typeof NewestProduct>;

/** The value of `evidence.json_response` that a seller submits: where the goods are and what they are. */
export const DeliveryEvidence = z.object({
  v: z.literal(1),
  product: Product,
  version: z.string(),
  deliveryUrl: z.url(),
  sha256: Sha256,
  bytes: Count,
  records: Count,
  from: z.string(),
  to: z.string(),
  inputs: z.array(ProductInput),
  /** As in the manifest. */
  leftOut: Count.optional(),
  pseudonymised: z.boolean().optional(),
});
export type DeliveryEvidence = z.infer<typeof DeliveryEvidence>;

/** How long a delivery can be fetched, in days: longer than any deal takes, its complaints included. Goods under pseudonyms die with it. */
export const DELIVERY_DAYS = 30;

/** `<agent>/deliveries/<taskId>/delivery.json`: what the storefront hands to this buyer, and to nobody else. */
export const Delivery = z.object({
  v: z.literal(1),
  taskId: z.string(),
  buyer: z.string(),
  key: z.string(),
  fileName: z.string(),
  evidence: DeliveryEvidence,
});
export type Delivery = z.infer<typeof Delivery>;
