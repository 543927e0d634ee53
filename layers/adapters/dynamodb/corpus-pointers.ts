import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  paginateQuery,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AgentId } from '#contract/ids.ts';
import { economyKey, type Key } from '#contract/keys.ts';
import {
  CorpusPointer,
  MOST_OPT_OUTS,
  OptOuts,
  RebuildTurn,
  SourceItem,
} from '#contract/log-record.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';

/** Version of these items' shape. */
const SHAPE = 1;

/** The partition `CORPUS#<agent>` of table `economy`. */
export class DynamoCorpusPointers implements CorpusPointers {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(dynamo: DynamoDBDocumentClient, table: string) {
    this.#dynamo = dynamo;
    this.#table = table;
  }

  async pointer(agent: AgentId): Promise<CorpusPointer | undefined> {
    const item = await this.#get(economyKey.corpusVersion(agent));
    return item === undefined ? undefined : CorpusPointer.parse(item);
  }

  move(agent: AgentId, next: CorpusPointer): Promise<boolean> {
    return this.#put({
      Item: { ...economyKey.corpusVersion(agent), v: SHAPE, ...next },
      ConditionExpression: next.revision === 1 ? 'attribute_not_exists(pk)' : '#revision = :before',
      ...(next.revision === 1
        ? {}
        : {
            ExpressionAttributeNames: { '#revision': 'revision' },
            ExpressionAttributeValues: { ':before': next.revision - 1 },
          }),
    });
  }

  async source(agent: AgentId, source: string): Promise<SourceItem | undefined> {
    const item = await this.#get(economyKey.corpusSource(agent, source));
    return item === undefined ? undefined : SourceItem.parse(item);
  }

  record(agent: AgentId, item: SourceItem): Promise<boolean> {
    return this.#put({
      Item: { ...economyKey.corpusSource(agent, item.source), v: SHAPE, ...item },
      ConditionExpression: 'attribute_not_exists(pk) OR #sequence <= :sequence',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
      ExpressionAttributeValues: { ':sequence': item.sequence },
    });
  }

  async *sources(agent: AgentId): AsyncIterable<SourceItem> {
    const { pk, sk } = economyKey.corpusSource(agent, '');
    const pages = paginateQuery(
      { client: this.#dynamo },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) yield SourceItem.parse(item);
    }
  }

  async turn(agent: AgentId): Promise<RebuildTurn | undefined> {
    const item = await this.#get(economyKey.corpusTurn(agent));
    return item === undefined ? undefined : RebuildTurn.parse(item);
  }

  exchangeTurn(
    agent: AgentId,
    before: RebuildTurn | undefined,
    next: RebuildTurn,
  ): Promise<boolean> {
    return this.#put({
      Item: { ...economyKey.corpusTurn(agent), v: SHAPE, ...next },
      ...(before === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#number = :number AND #until = :until AND #done = :done',
            ExpressionAttributeNames: { '#number': 'number', '#until': 'until', '#done': 'done' },
            ExpressionAttributeValues: {
              ':number': before.number,
              ':until': before.until,
              ':done': before.done,
            },
          }),
    });
  }

  async attempts(agent: AgentId, id: string): Promise<number> {
    return begunOf(await this.#get(economyKey.corpusAttempt(agent, id)));
  }

  async beginAttempt(agent: AgentId, id: string, expires: Date): Promise<number> {
    const { Attributes } = await this.#dynamo.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: economyKey.corpusAttempt(agent, id),
        UpdateExpression: 'ADD begun :one SET v = :v, #ttl = :expires',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':v': SHAPE,
          ':expires': Math.floor(expires.getTime() / 1000),
        },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return begunOf(Attributes);
  }

  async endAttempts(agent: AgentId, id: string): Promise<void> {
    const Key = economyKey.corpusAttempt(agent, id);
    await this.#dynamo.send(new DeleteCommand({ TableName: this.#table, Key }));
  }

  async optOuts(agent: AgentId): Promise<OptOuts> {
    return OptOuts.parse((await this.#get(economyKey.corpusOptOuts(agent))) ?? { revision: 0 });
  }

  async optOut(agent: AgentId, folded: string): Promise<'added' | 'kept' | 'full'> {
    const isAdded = await this.#update({
      Key: economyKey.corpusOptOuts(agent),
      UpdateExpression: 'ADD nicks :nicks, revision :one SET v = :v',
      ConditionExpression:
        'attribute_not_exists(nicks) OR (NOT contains(nicks, :nick) AND size(nicks) < :most)',
      ExpressionAttributeValues: {
        ':nicks': new Set([folded]),
        ':nick': folded,
        ':one': 1,
        ':v': SHAPE,
        ':most': MOST_OPT_OUTS,
      },
    });
    if (isAdded) return 'added';
    return (await this.optOuts(agent)).nicks.has(folded) ? 'kept' : 'full';
  }

  optIn(agent: AgentId, folded: string): Promise<boolean> {
    return this.#update({
      Key: economyKey.corpusOptOuts(agent),
      UpdateExpression: 'DELETE nicks :nicks ADD revision :one',
      ConditionExpression: 'contains(nicks, :nick)',
      ExpressionAttributeValues: { ':nicks': new Set([folded]), ':nick': folded, ':one': 1 },
    });
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const get = new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    return (await this.#dynamo.send(get)).Item;
  }

  #put(input: Omit<PutCommandInput, 'TableName'>): Promise<boolean> {
    return holds(this.#dynamo.send(new PutCommand({ TableName: this.#table, ...input })));
  }

  #update(input: Omit<UpdateCommandInput, 'TableName'>): Promise<boolean> {
    return holds(this.#dynamo.send(new UpdateCommand({ TableName: this.#table, ...input })));
  }
}

/** False when the write's condition does not hold. */
async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function begunOf(item: Record<string, unknown> | undefined): number {
  return z.object({ begun: z.number() }).optional().parse(item)?.begun ?? 0;
}
