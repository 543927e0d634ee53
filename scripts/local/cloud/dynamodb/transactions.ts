import { createHash } from 'node:crypto';
import * as z from 'zod';
import { dynalite, type Engine, type Operation } from './engine.ts';
import { DynamoError, validationError } from './errors.ts';
import { revealing } from './revealing.ts';
import { parsed, type Store } from './store.ts';

const TOKENS = 'transaction-token';
const TOKEN_LIFE = 10 * 60;
const MAX_ITEMS = 100;
const MAX_BYTES = 4 * 1024 * 1024;

type Step = Readonly<Record<string, unknown>> & { readonly TableName: string };
const Put = z.looseObject({ TableName: z.string(), Item: z.record(z.string(), z.unknown()) });
const Keyed = z.looseObject({ TableName: z.string(), Key: z.record(z.string(), z.unknown()) });
const WriteRequest = z.object({
  TransactItems: z
    .array(
      z.strictObject({
        Put: Put.optional(),
        Update: Keyed.optional(),
        Delete: Keyed.optional(),
        ConditionCheck: Keyed.optional(),
      }),
    )
    .min(1)
    .max(MAX_ITEMS),
  ClientRequestToken: z.string().min(1).max(36).optional(),
});
const GetRequest = z.object({
  TransactItems: z
    .array(z.object({ Get: Keyed }))
    .min(1)
    .max(MAX_ITEMS),
});
const Token = z.object({ hash: z.string(), until: z.number() });

const OPERATION_OF = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem', // dynalite has no such request: a deletion that stops after its condition
} as const satisfies Record<string, Operation>;
type Kind = keyof typeof OPERATION_OF;

interface Planned {
  readonly kind: Kind;
  readonly raw: Step;
  readonly data: unknown;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/** TransactWriteItems and TransactGetItems. */
export function transactions(store: Store, engine: Engine) {
  return {
    /**
     * TransactWriteItems: must run inside `store.atomically`, which undoes everything when this throws.
     * @param now seconds since 1970
     * @throws TransactionCanceledException with one reason per item, IdempotentParameterMismatchException
     */
    async write(input: unknown, now: number): Promise<unknown> {
      const request = parse(WriteRequest, input);
      const hash = createHash('sha256').update(JSON.stringify(request.TransactItems)).digest('hex');
      if (isRepeated(store, { token: request.ClientRequestToken, hash, now })) return {};

      const planned = request.TransactItems.map((item) => plan(engine, item));
      refuseTwiceOnOneItem(engine, planned);

      const reasons: Reason[] = [];
      for (const step of planned) reasons.push(await attempt(engine, step));
      if (reasons.some(({ Code }) => Code !== 'None')) throw canceled(reasons);

      if (request.ClientRequestToken !== undefined)
        store.put(TOKENS, request.ClientRequestToken, { hash, until: now + TOKEN_LIFE });
      return {};
    },

    /** TransactGetItems: requests are served one at a time, so what it reads is one moment. */
    async get(input: unknown): Promise<unknown> {
      const request = parse(GetRequest, input);
      const checked = request.TransactItems.map(({ Get }) => engine.check('GetItem', Get));
      const Responses = [];
      for (const data of checked) Responses.push(await engine.act('GetItem', data));
      return { Responses };
    },

    forgetTokens(now: number): void {
      for (const row of store.rows(TOKENS)) {
        if (Token.parse(parsed(row)).until <= now) store.del(TOKENS, row.key);
      }
    },
  };
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw validationError(`1 validation error detected: ${z.prettifyError(parsed.error)}`);
}

function isRepeated(
  store: Store,
  { token, hash, now }: { token: string | undefined; hash: string; now: number },
): boolean {
  if (token === undefined) return false;
  const seen = Token.safeParse(store.get(TOKENS, token));
  if (!seen.success || seen.data.until <= now) return false;
  if (seen.data.hash === hash) return true;
  throw new DynamoError(
    'IdempotentParameterMismatchException',
    'The provided client token was used before with different parameters.',
  );
}

function plan(
  engine: Engine,
  item: z.infer<typeof WriteRequest>['TransactItems'][number],
): Planned {
  const steps: [Kind, Step | undefined][] = [
    ['Put', item.Put],
    ['Update', item.Update],
    ['Delete', item.Delete],
    ['ConditionCheck', item.ConditionCheck],
  ];
  const [first, ...others] = steps.filter(([, step]) => step !== undefined);
  const raw = first?.[1];
  if (!first || !raw || others.length > 0)
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  const [kind] = first;
  if (kind === 'ConditionCheck' && raw['ConditionExpression'] === undefined)
    throw validationError(
      'The expression can not be empty; ConditionCheck needs ConditionExpression',
    );
  // a copy, because dynalite's check removes members it does not know
  return { kind, raw, data: engine.check(OPERATION_OF[kind], { ...raw }) };
}

function refuseTwiceOnOneItem(engine: Engine, planned: readonly Planned[]): void {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { raw } of planned) {
    const table = engine.table(raw.TableName);
    const keyed = raw['Item'] ?? raw['Key'];
    bytes += dynalite.itemSize(keyed);
    const key = `${raw.TableName}/${keyOrNothing(keyed, table) ?? String(seen.size)}`;
    if (seen.has(key))
      throw validationError('Transaction request cannot include multiple operations on one item');
    seen.add(key);
  }
  if (bytes > MAX_BYTES)
    throw validationError(
      'Member must have length less than or equal to 4194304: the transaction is too large',
    );
}

/** A malformed key has no identity; its own step says what is wrong with it. */
function keyOrNothing(keyed: unknown, table: ReturnType<Engine['table']>): string | undefined {
  try {
    return dynalite.createKey(keyed, table);
  } catch {
    return undefined;
  }
}

async function attempt(engine: Engine, { kind, raw, data }: Planned): Promise<Reason> {
  try {
    await revealing<unknown>(engine, raw, () => {
      if (kind !== 'ConditionCheck') return engine.act(OPERATION_OF[kind], data);
      checkOnly(engine, raw, data);
      return undefined;
    });
    return { Code: 'None' };
  } catch (error) {
    return reasonOf(error);
  }
}

function checkOnly(engine: Engine, raw: Step, data: unknown): void {
  const table = engine.table(raw.TableName);
  const refusal = dynalite.validateKey(raw['Key'], table) ?? engine.refusal(table, data);
  if (refusal) throw DynamoError.from(refusal);
}

function reasonOf(error: unknown): Reason {
  if (!(error instanceof DynamoError)) throw error;
  const { code, message, body } = error;
  if (code === 'ConditionalCheckFailedException')
    return {
      Code: 'ConditionalCheckFailed',
      Message: message,
      ...(body['Item'] === undefined ? {} : { Item: body['Item'] }),
    };
  if (code === 'ValidationException') return { Code: 'ValidationError', Message: message };
  throw error;
}

function canceled(reasons: readonly Reason[]): DynamoError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new DynamoError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
