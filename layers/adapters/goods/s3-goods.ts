import * as z from 'zod';
import { buildProduct } from '#adapters/products/build-product.ts';
import { checkDelivery } from '#adapters/products/check-delivery.ts';
import type { BuildInput } from '#adapters/products/inputs.ts';
import { dealKey, type Edition, pseudonymise } from '#adapters/products/pseudonymise.ts';
import type { BuyDeal, SellDeal } from '#contract/deal.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import {
  DATA_FILE,
  Delivery,
  DeliveryEvidence,
  MANIFEST_FILE,
  NewestProduct,
  PRODUCTS,
  type Product,
  ProductManifest,
  PUBLIC_FILE,
} from '#contract/products.ts';
import { agentOf, COLLECTOR } from '#contract/roster.ts';
import type { Corpus } from '#core/ports/corpus.ts';
import type { Goods, Inspection, RefineOrder } from '#core/ports/goods.ts';
import type { Objects } from '#core/ports/objects.ts';
import { REFINERY_VERSION } from '#core/refinery/refine.ts';
import type { DeliveryDoor } from './delivery-door.ts';

/** The most that a buyer takes of one delivery, in bytes. */
const MAX_DELIVERY = 512 * 1024 ** 2;

export interface GoodsParts {
  readonly objects: Objects;
  readonly corpus: Corpus;
  /** Fetches what a delivery URL stands for. */
  readonly door: DeliveryDoor;
  /** `https://host[:port]`, without a trailing slash. */
  readonly storefrontUrl: string;
  readonly now: () => Date;
  /** IANA zone of the stream's days and hours. */
  readonly zone: string;
  /** Wallets of the roster: whoever else buys gets pseudonyms for names. */
  readonly roster: () => Promise<ReadonlyMap<Address, AgentId>>;
  /** The agent's own, which the keys of pseudonyms are derived from; it never leaves the process. */
  readonly secret: Uint8Array;
}

interface Version {
  readonly product: Product;
  readonly version: string;
}

const JSON_TYPE = { contentType: 'application/json' } as const;

/** Goods in the data bucket: made under the agent's own prefix, handed over at the storefront, kept where they were bought. */
export class S3Goods implements Goods {
  readonly #parts: GoodsParts;

  constructor(parts: GoodsParts) {
    this.#parts = parts;
  }

  async refine(order: RefineOrder): Promise<ProductManifest | undefined> {
    const inputs = order.agentId === COLLECTOR ? await this.#corpus(order) : this.#purchases(order);
    if (inputs === undefined) return undefined;
    const { agentId: seller, product } = order;
    const { objects, zone } = this.#parts;
    const codeVersion = REFINERY_VERSION;
    return buildProduct({ seller, product, inputs, objects, codeVersion, zone });
  }

  async shelve(
    seller: AgentId,
    { price, ...goods }: Version & { readonly price: bigint },
  ): Promise<void> {
    const { objects } = this.#parts;
    const { product } = goods;
    const manifest = await this.#manifest(seller, goods);
    const to = objectKey.product(seller, product, `${goods.version}/${PUBLIC_FILE}`);
    const edition = await this.#edition(seller, { ...goods, to, deal: 'the direct door' });
    const shown = z.encode(NewestProduct, { ...manifest, ...edition, pseudonymised: true, price });
    await objects.put(objectKey.newest(seller, product), toBytes(shown), JSON_TYPE);
  }

  async handOver(agentId: AgentId, deal: SellDeal): Promise<DeliveryEvidence> {
    const { objects, storefrontUrl, roster } = this.#parts;
    const before = await this.#handedOver(agentId, deal);
    if (before) return before;
    const goods = { product: deal.product, version: deal.goods };
    const manifest = await this.#manifest(agentId, goods);
    // who refines needs the names, to join what it buys of several; nobody else does
    const isKnown = (await roster()).has(deal.buyer);
    const key = isKnown
      ? objectKey.product(agentId, goods.product, `${goods.version}/${DATA_FILE}`)
      : objectKey.delivery(agentId, deal.taskId, DATA_FILE);
    const order = { ...goods, to: key, deal: deal.taskId };
    const { sha256, bytes } = isKnown ? manifest : await this.#edition(agentId, order);
    const { product, version, records, from, to, inputs, leftOut } = manifest;
    const deliveryUrl = `${storefrontUrl}/deliveries/${deal.taskId}?seller=${agentId}`;
    const evidence: DeliveryEvidence = {
      v: 1,
      product,
      version,
      deliveryUrl,
      sha256,
      bytes,
      records,
      from,
      to,
      inputs,
      ...(leftOut !== undefined && { leftOut }),
      ...(!isKnown && { pseudonymised: true }),
    };
    const delivery: Delivery = {
      v: 1,
      taskId: deal.taskId,
      buyer: deal.buyer,
      key,
      fileName: `${product}-${version}.ndjson.gz`,
      evidence,
    };
    await objects.put(objectKey.delivery(agentId, deal.taskId), toBytes(delivery), JSON_TYPE);
    return evidence;
  }

  /** What our earlier self handed over of these very goods. */
  async #handedOver(agentId: AgentId, deal: SellDeal): Promise<DeliveryEvidence | undefined> {
    const stored = await this.#parts.objects.read(objectKey.delivery(agentId, deal.taskId));
    const evidence = parseJson(Delivery, stored)?.evidence;
    return evidence?.version === deal.goods ? evidence : undefined;
  }

  async #manifest(seller: AgentId, { product, version }: Version): Promise<ProductManifest> {
    const key = objectKey.product(seller, product, `${version}/${MANIFEST_FILE}`);
    const manifest = parseJson(ProductManifest, await this.#parts.objects.read(key));
    if (manifest === undefined)
      throw new Error(`${product} ${version} is not on the shelf of ${seller}.`);
    return manifest;
  }

  #edition(
    seller: AgentId,
    { product, version, to, deal }: Version & { readonly to: string; readonly deal: string },
  ): Promise<Edition> {
    const { objects, secret } = this.#parts;
    const from = objectKey.product(seller, product, `${version}/${DATA_FILE}`);
    const key = dealKey(secret, `${product} ${version} for ${deal}`);
    return pseudonymise({ objects, product, from, to, key });
  }

  async inspect(
    agentId: AgentId,
    deal: BuyDeal,
    submitted: Readonly<Record<string, unknown>>,
  ): Promise<Inspection | 'unreachable'> {
    const evidence = DeliveryEvidence.safeParse(submitted['json_response']).data;
    if (evidence === undefined)
      return { kind: 'bad', reason: 'no-evidence: json_response is not a delivery' };
    if (evidence.pseudonymised === true)
      return { kind: 'bad', reason: 'pseudonymised: whoever refines needs the names' };
    const opened = await this.#parts.door.open(evidence.deliveryUrl, deal.taskId);
    if (opened.kind === 'unreachable') return 'unreachable';
    if (opened.kind === 'refused') return { kind: 'bad', reason: opened.reason };

    const { objects, now } = this.#parts;
    const key = objectKey.purchase(agentId, deal.taskId, DATA_FILE);
    const verdict = await checkDelivery({
      evidence,
      body: opened.body,
      minimumRecords: PRODUCTS[deal.product].minimumRecords,
      maxBytes: MAX_DELIVERY,
      expected: { product: deal.product, now: now() },
      sink: (body) => objects.write(key, body, 'application/gzip'),
    });
    if (!verdict.ok) return { kind: 'bad', reason: `${verdict.reason}: ${verdict.detail}` };
    return { kind: 'good', evidence, score: verdict.score };
  }

  async #corpus({ generation }: RefineOrder): Promise<readonly BuildInput[] | undefined> {
    const { corpus } = this.#parts;
    const pointer = await corpus.pointer(COLLECTOR);
    if (pointer?.version.startsWith(generation) !== true) return undefined;
    const leftOut = new Set<string>();
    const { version, optOuts } = pointer;
    return [
      {
        ...{ product: 'corpus', version, leftOut },
        records: (only, own = leftOut) => corpus.messages(pointer, own, only),
        days: () => corpus.days(pointer),
        ...(optOuts !== undefined && { optOuts }),
      },
    ];
  }

  /** Undefined unless everything that the agent's product is made of was bought. */
  #purchases({ agentId, inputs }: RefineOrder): readonly BuildInput[] | undefined {
    const { wants } = agentOf(agentId);
    if (!wants.every((product) => inputs.some(({ evidence }) => evidence.product === product)))
      return undefined;
    return inputs.map(({ taskId, evidence: { product, version, sha256, leftOut } }) => ({
      product,
      version,
      sha256,
      leftOut,
      open: () => this.#open(objectKey.purchase(agentId, taskId, DATA_FILE)),
    }));
  }

  async #open(key: string): Promise<AsyncIterable<Uint8Array>> {
    const body = await this.#parts.objects.open(key);
    if (body === undefined || body === 'changed')
      throw new Error(`What was bought is no longer at ${key}.`);
    return body;
  }
}

function parseJson<T>(
  schema: { readonly parse: (value: unknown) => T },
  bytes: Uint8Array | undefined,
): T | undefined {
  return bytes === undefined
    ? undefined
    : schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
