import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TxHash } from '#contract/ids.ts';
import { economyKey } from '#contract/keys.ts';
import { OpenPayment, openPaymentId, Sale, type X402Payment } from '#contract/x402.ts';
import type { Sales } from '#core/ports/sales.ts';

/** How long a payment is answered again. It must outlive every authorization: what is forgotten could be told to the seller twice. */
const KEPT_SECONDS = 90 * 86_400;
const MAX_CONFLICTS = 10;

/** Sales in table `economy` (`SALES`), each with a claim: `claimedUntil` in ms since the epoch. */
export class DynamoSales implements Sales {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find(payment: X402Payment): Promise<Sale | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: economyKey.sale(payment),
        ConsistentRead: true,
      }),
    );
    return Item && Sale.parse(Item);
  }

  async open(sale: Sale): Promise<boolean> {
    const { payment, goods } = sale;
    const told = toldOf(sale);
    const TransactItems = [
      {
        ...z.encode(Sale, sale),
        ...economyKey.sale(payment),
        claimedUntil: 0,
        ttl: payment.validBefore + KEPT_SECONDS,
      },
      {
        ...z.encode(OpenPayment, told),
        ...economyKey.openPayment(goods.seller, openPaymentId(told)),
      },
    ].map((Item) => ({
      Put: {
        TableName: this.#table,
        Item,
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }));
    for (let attempt = 0; ; attempt += 1) {
      const verdict = await this.#client
        .send(new TransactWriteCommand({ TransactItems }))
        .then(() => 'opened' as const, why);
      if (verdict !== 'conflict') return verdict === 'opened';
      if (attempt === MAX_CONFLICTS) throw new Error(`A sale met ${MAX_CONFLICTS} conflicts.`);
    }
  }

  claim(
    payment: X402Payment,
    { now, until }: { readonly now: Date; readonly until: Date },
  ): Promise<boolean> {
    return this.#update(payment, {
      UpdateExpression: 'SET claimedUntil = :until',
      ConditionExpression: '#state = :pending AND claimedUntil < :now',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':until': until.getTime(),
        ':now': now.getTime(),
        ':pending': 'pending',
      },
    });
  }

  async letGo(payment: X402Payment): Promise<void> {
    await this.#update(payment, {
      UpdateExpression: 'SET claimedUntil = :zero',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':zero': 0 },
    });
  }

  async settled(payment: X402Payment, tx: TxHash): Promise<void> {
    await this.#update(payment, {
      UpdateExpression: 'SET #state = :settled, tx = :tx',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':settled': 'settled', ':tx': tx },
    });
  }

  #update(
    payment: X402Payment,
    input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
  ): Promise<boolean> {
    const Key = economyKey.sale(payment);
    return this.#client.send(new UpdateCommand({ ...input, TableName: this.#table, Key })).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      },
    );
  }
}

/** What its seller is told of a sale: a payment is under way. */
export function toldOf({ payment, goods, at }: Sale): OpenPayment {
  return {
    v: 1,
    direction: 'in',
    payment,
    account: `income:${goods.product}`,
    at,
    isBooked: false,
    ...('order' in goods
      ? { audit: goods.order }
      : { sold: { product: goods.product, version: goods.version } }),
  };
}

function why(error: unknown): 'exists' | 'conflict' {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (codes.includes('ConditionalCheckFailed')) return 'exists';
  if (codes.includes('TransactionConflict')) return 'conflict';
  throw new Error('A sale was cancelled for a reason that cannot be.', { cause: error });
}
