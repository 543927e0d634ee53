import { versionsOf } from '#adapters/products/build-product.ts';
import { checkDelivery } from '#adapters/products/check-delivery.ts';
import { gunzip, lines } from '#adapters/products/ndjson.ts';
import type { Hex } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Network } from '#contract/networks.ts';
import { type DeliveryEvidence, PRODUCTS, type Product } from '#contract/products.ts';
import { COLLECTOR } from '#contract/roster.ts';
import {
  type AuditOrder,
  SignedVerdict,
  Sketches,
  UNSEEN,
  VALIDATOR,
  type Verdict,
} from '#contract/verdict.ts';
import { Claims } from '#core/audit/claims.ts';
import { type Facts, judge } from '#core/audit/judge.ts';
import { Oddities } from '#core/audit/oddities.ts';
import { remembering, resold } from '#core/audit/resold.ts';
import { unconfirmed } from '#core/audit/source.ts';
import { LEAST_SCORE } from '#core/market/auditing.ts';
import type { Auditor } from '#core/ports/auditor.ts';
import type { Corpus } from '#core/ports/corpus.ts';
import type { Objects } from '#core/ports/objects.ts';
import type { DeliveryDoor } from '../goods/delivery-door.ts';

/** The most that one audit reads, in bytes. */
const MAX_AUDITED = 512 * 1024 ** 2;
/** Longer logs are not read for one audit: it must end in one beat. */
const MOST_MESSAGES = 3_000_000;

export interface AuditorParts {
  readonly objects: Pick<Objects, 'read' | 'put'>;
  readonly corpus: Pick<Corpus, 'pointer' | 'messages'>;
  /** Opens the storefront's deliveries and nothing else. */
  readonly door: DeliveryDoor;
  readonly network: Network;
  /** IANA zone of the stream's days. */
  readonly zone: string;
  readonly sign: (verdict: Verdict) => Promise<Hex>;
  readonly now: () => Date;
}

type Looked = Pick<Facts, 'checked' | 'oddities' | 'unconfirmed' | 'current'>;

/** Audits what lies behind the storefront's delivery door: by the very checks that a buyer makes, by what was sold before, and by the corpus. */
export class S3Auditor implements Auditor {
  readonly #parts: AuditorParts;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  async audit(order: AuditOrder, isLast: boolean): Promise<Verdict | 'unreachable'> {
    const { objects, network, sign, now } = this.#parts;
    const key = objectKey.verdict(VALIDATOR, order.id);
    const before = await this.#at(key);
    if (before) return before;
    const looked = await this.#look(order);
    if (looked === 'unreachable' && !isLast) return looked;

    const { facts, claims } =
      looked === 'unreachable' ? { facts: UNREACHABLE, claims: undefined } : looked;
    const verdict = judge(order, { ...facts, at: now().toISOString() });
    if (claims !== undefined && verdict.score >= LEAST_SCORE) await this.#remember(order, claims);
    const { chainId } = network;
    const signed: SignedVerdict = { v: 1, verdict, chainId, signature: await sign(verdict) };
    const isFirst = await objects.put(key, encode(signed), { ...JSON_TYPE, ifAbsent: true });
    return isFirst ? verdict : ((await this.#at(key)) ?? verdict);
  }

  async #at(key: string): Promise<Verdict | undefined> {
    const stored = await this.#parts.objects.read(key);
    return stored && SignedVerdict.parse(decode(stored)).verdict;
  }

  async #look(
    order: AuditOrder,
  ): Promise<{ readonly facts: Looked; readonly claims?: Claims } | 'unreachable'> {
    const { evidence, taskId } = order;
    const opened = await this.#parts.door.open(evidence.deliveryUrl, taskId);
    if (opened.kind === 'unreachable') return opened.kind;
    if (opened.kind === 'refused') return { facts: bad('not-there', opened.reason) };
    const { product } = evidence;
    const oddities = new Oddities(product);
    const claims = new Claims(product, `${evidence.sha256}#${order.id}`);
    const verdict = await checkDelivery({
      evidence,
      body: opened.body,
      minimumRecords: PRODUCTS[product].minimumRecords,
      maxBytes: MAX_AUDITED,
      expected: { product, now: this.#parts.now() },
      sink: (body) => watch(body, [oddities, claims]),
    });
    if (!verdict.ok) return { facts: bad(verdict.reason, verdict.detail) };
    const { records, score } = verdict;
    const old = resold(sketchOf(order, claims), await this.#sketches(product));
    const facts = {
      checked: { kind: 'good', records, score } as const,
      oddities: [...oddities.found(), ...old],
      ...(await this.#ask(evidence, claims)),
    };
    return { facts, claims };
  }

  /** What the corpus says of it. Goods of an older one are held to what can only have grown. */
  async #ask(
    { product, version, inputs, pseudonymised }: DeliveryEvidence,
    claims: Claims,
  ): Promise<Pick<Looked, 'unconfirmed' | 'current'>> {
    const { corpus, zone } = this.#parts;
    const view = await corpus.pointer(COLLECTOR);
    if (view === undefined) return { current: new Map() };
    const current = versionsOf(view.version, zone);
    // the corpus knows nobody by pseudonyms, and our own buyers take none
    if (view.messages > MOST_MESSAGES || pseudonymised === true) return { current };
    const isSame = inputs.every((input) => current.get(input.product) === input.version);
    const isRecomputable = isSame && current.get(product) === version;
    const messages = () => corpus.messages(view);
    const found = await unconfirmed(product, claims, { messages, zone, isSame, isRecomputable });
    // only what was recomputed is confirmed
    return { current, unconfirmed: isRecomputable || found.length > 0 ? found : undefined };
  }

  async #sketches(product: Product): Promise<Sketches> {
    const stored = await this.#parts.objects.read(objectKey.sketches(VALIDATOR, product));
    return stored === undefined ? { v: 1, sketches: [] } : Sketches.parse(decode(stored));
  }

  /** Before the verdict stands: what it says of these goods the second time, it says without looking. */
  async #remember(order: AuditOrder, claims: Claims): Promise<void> {
    const { product } = order.evidence;
    const next = remembering(sketchOf(order, claims), await this.#sketches(product));
    await this.#parts.objects.put(objectKey.sketches(VALIDATOR, product), encode(next), JSON_TYPE);
  }
}

const JSON_TYPE = { contentType: 'application/json' } as const;

const UNREACHABLE = bad(UNSEEN, 'it could not be fetched for an hour');

function bad(reason: string, detail: string): Looked {
  return { checked: { kind: 'bad', reason, detail }, oddities: [], current: new Map() };
}

function sketchOf({ seller, evidence }: AuditOrder, claims: Claims): Sketches['sketches'][number] {
  const { version, sha256 } = evidence;
  return { seller, version, sha256, records: claims.records, ranks: [...claims.sketch()] };
}

async function watch(
  body: AsyncIterable<Uint8Array>,
  watchers: readonly { accept(line: string): void }[],
): Promise<void> {
  for await (const batch of lines(gunzip(body)))
    for (const line of batch) for (const watcher of watchers) watcher.accept(line);
}

function encode(value: SignedVerdict | Sketches): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
