import { buildProduct } from '#adapters/products/build-product.ts';
import { checkDelivery } from '#adapters/products/check-delivery.ts';
import type { BuildInput } from '#adapters/products/inputs.ts';
import type { BuyDeal, SellDeal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import {
  DATA_FILE,
  type Delivery,
  DeliveryEvidence,
  MANIFEST_FILE,
  PRODUCTS,
  ProductManifest,
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
}

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
    const manifest = await buildProduct({ seller, product, inputs, objects, codeVersion, zone });
    const contentType = 'application/json';
    await objects.put(objectKey.newest(seller, product), toBytes(manifest), { contentType });
    return manifest;
  }

  async handOver(agentId: AgentId, deal: SellDeal): Promise<DeliveryEvidence> {
    const { objects, storefrontUrl } = this.#parts;
    const file = (name: string) =>
      objectKey.product(agentId, deal.product, `${deal.goods}/${name}`);
    const manifest = parseJson(ProductManifest, await objects.read(file(MANIFEST_FILE)));
    if (manifest === undefined)
      throw new Error(`${deal.product} ${deal.goods} is not on the shelf of ${agentId}.`);
    const { product, version, sha256, bytes, records, from, to, inputs, leftOut } = manifest;
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
    };
    const delivery: Delivery = {
      v: 1,
      taskId: deal.taskId,
      buyer: deal.buyer,
      key: file(DATA_FILE),
      fileName: `${product}-${version}.ndjson.gz`,
      evidence,
    };
    await objects.put(objectKey.delivery(agentId, deal.taskId), toBytes(delivery), {
      contentType: 'application/json',
    });
    return evidence;
  }

  async inspect(
    agentId: AgentId,
    deal: BuyDeal,
    submitted: Readonly<Record<string, unknown>>,
  ): Promise<Inspection | 'unreachable'> {
    const evidence = DeliveryEvidence.safeParse(submitted['json_response']).data;
    if (evidence === undefined)
      return { kind: 'bad', reason: 'no-evidence: json_response is not a delivery' };
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
