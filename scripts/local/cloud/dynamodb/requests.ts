import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Engine, OPERATIONS, type Operation, startEngine, TABLES, Table } from './engine.ts';
import { DynamoError } from './errors.ts';
import { revealing } from './revealing.ts';
import { Store } from './store.ts';
import { transactions } from './transactions.ts';
import { TimeToLive } from './ttl.ts';

const SWEEP_EVERY_MS = 500;
const FORGET_TOKENS_EVERY_MS = 60_000;
const READS: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'Query',
  'Scan',
  'TransactGetItems',
]);
const TABLE_CHANGES: ReadonlySet<string> = new Set(['CreateTable', 'DeleteTable', 'UpdateTable']);
const Named = z.looseObject({ TableName: z.string() });
const seconds = () => Math.floor(Date.now() / 1000);

/**
 * The database behind the wire. Requests are served one at a time, reads too, and each is one SQLite
 * transaction: every answer is consistent, and a killed process leaves whole requests only.
 */
export function openDynamo(dir: string | undefined) {
  const store = new Store(dir);
  const engine = startEngine(store);
  const ttl = new TimeToLive(store, engine);
  const transact = transactions(store, engine);
  const oneAtATime = queue();

  const own = new Map<string, (input: unknown) => unknown>([
    ['TransactWriteItems', (input) => transact.write(input, seconds())],
    ['TransactGetItems', (input) => transact.get(input)],
    ['UpdateTimeToLive', (input) => ttl.update(input)],
    ['DescribeTimeToLive', (input) => ttl.describe(input)],
  ]);

  const serve = async (name: string, input: unknown): Promise<unknown> => {
    const ours = own.get(name);
    if (ours) return ours(input);
    const operation = OPERATIONS.find((known) => known === name);
    if (!operation) throw new DynamoError('com.amazon.coral.service#UnknownOperationException', '');
    if (operation === 'DeleteTable') forgetTtl(ttl, input);
    return dynaliteServe({ engine, store }, operation, input);
  };

  const every = (ms: number, work: () => Promise<void> | void) =>
    setInterval(() => {
      void oneAtATime(() => store.atomically(async () => work()));
    }, ms).unref();
  const sweepers = [
    every(SWEEP_EVERY_MS, () => ttl.sweep(seconds())),
    every(FORGET_TOKENS_EVERY_MS, () => {
      transact.forgetTokens(seconds());
    }),
  ];

  return {
    /** Answers one request; refusals are thrown as DynamoError. */
    request: (name: string, input: unknown): Promise<unknown> =>
      oneAtATime(() =>
        READS.has(name) ? serve(name, input) : store.atomically(() => serve(name, input)),
      ),
    close: (): Promise<void> => {
      sweepers.forEach(clearInterval);
      return oneAtATime(() => {
        store.close();
        return Promise.resolve();
      });
    },
  };
}

async function dynaliteServe(
  { engine, store }: { engine: Engine; store: Store },
  operation: Operation,
  input: unknown,
): Promise<unknown> {
  // a copy, because dynalite's check removes members it does not know
  const data = engine.check(operation, { ...z.record(z.string(), z.unknown()).parse(input) });
  const result = await revealing(engine, input, () => engine.act(operation, data));
  if (TABLE_CHANGES.has(operation)) await settled(store, Named.parse(data).TableName);
  return result;
}

/** dynalite finishes a change of a table from a timer; its write belongs into the same transaction. */
async function settled(store: Store, table: string): Promise<void> {
  for (;;) {
    const found = Table.safeParse(store.get(TABLES, table));
    if (!found.success || found.data.TableStatus === 'ACTIVE') return;
    await sleep(1);
  }
}

function forgetTtl(ttl: TimeToLive, input: unknown): void {
  const named = Named.safeParse(input);
  if (named.success) ttl.forget(named.data.TableName);
}

function queue() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
