import { checkDelivery } from '#adapters/products/check-delivery.ts';
import { gunzip, lines } from '#adapters/products/ndjson.ts';
import type { Hex } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Network } from '#contract/networks.ts';
import { PRODUCTS } from '#contract/products.ts';
import { COLLECTOR } from '#contract/roster.ts';
import {
  type AuditOrder,
  SignedVerdict,
  UNSEEN,
  VALIDATOR,
  type Verdict,
} from '#contract/verdict.ts';
import { type Checked, judge } from '#core/audit/judge.ts';
import { Oddities, type Oddity } from '#core/audit/oddities.ts';
import type { Auditor } from '#core/ports/auditor.ts';
import type { Corpus } from '#core/ports/corpus.ts';
import type { Objects } from '#core/ports/objects.ts';
import type { DeliveryDoor } from '../goods/delivery-door.ts';

/** The most that one audit reads, in bytes. */
const MAX_AUDITED = 512 * 1024 ** 2;

export interface AuditorParts {
  readonly objects: Pick<Objects, 'read' | 'put'>;
  readonly corpus: Pick<Corpus, 'pointer'>;
  /** Opens the storefront's deliveries and nothing else. */
  readonly door: DeliveryDoor;
  readonly network: Network;
  readonly sign: (verdict: Verdict) => Promise<Hex>;
  readonly now: () => Date;
}

interface Looked {
  readonly checked: Checked;
  readonly oddities: readonly Oddity[];
}

/** Audits what lies behind the storefront's delivery door, by the very checks that a buyer makes and more. */
export class S3Auditor implements Auditor {
  readonly #parts: AuditorParts;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  async audit(order: AuditOrder, isLast: boolean): Promise<Verdict | 'unreachable'> {
    const { objects, corpus, network, sign, now } = this.#parts;
    const key = objectKey.verdict(VALIDATOR, order.id);
    const before = await this.#at(key);
    if (before) return before;
    const looked = await this.#look(order);
    if (looked === 'unreachable' && !isLast) return looked;

    const verdict = judge(order, {
      ...(looked === 'unreachable' ? UNREACHABLE : looked),
      corpusVersion: (await corpus.pointer(COLLECTOR))?.version,
      at: now().toISOString(),
    });
    const { chainId } = network;
    const signed: SignedVerdict = { v: 1, verdict, chainId, signature: await sign(verdict) };
    const body = new TextEncoder().encode(JSON.stringify(signed));
    const isFirst = await objects.put(key, body, {
      contentType: 'application/json',
      ifAbsent: true,
    });
    return isFirst ? verdict : ((await this.#at(key)) ?? verdict);
  }

  async #at(key: string): Promise<Verdict | undefined> {
    const stored = await this.#parts.objects.read(key);
    return stored && SignedVerdict.parse(JSON.parse(new TextDecoder().decode(stored))).verdict;
  }

  async #look({ evidence, taskId }: AuditOrder): Promise<Looked | 'unreachable'> {
    const opened = await this.#parts.door.open(evidence.deliveryUrl, taskId);
    if (opened.kind === 'unreachable') return opened.kind;
    if (opened.kind === 'refused') return bad('not-there', opened.reason);
    const oddities = new Oddities(evidence.product);
    const { product } = evidence;
    const verdict = await checkDelivery({
      evidence,
      body: opened.body,
      minimumRecords: PRODUCTS[product].minimumRecords,
      maxBytes: MAX_AUDITED,
      expected: { product, now: this.#parts.now() },
      sink: (body) => watch(body, oddities),
    });
    if (!verdict.ok) return bad(verdict.reason, verdict.detail);
    const { records, score } = verdict;
    return { checked: { kind: 'good', records, score }, oddities: oddities.found() };
  }
}

const UNREACHABLE = bad(UNSEEN, 'it could not be fetched for an hour');

function bad(reason: string, detail: string): Looked {
  return { checked: { kind: 'bad', reason, detail }, oddities: [] };
}

async function watch(body: AsyncIterable<Uint8Array>, oddities: Oddities): Promise<void> {
  for await (const batch of lines(gunzip(body))) for (const line of batch) oddities.accept(line);
}
