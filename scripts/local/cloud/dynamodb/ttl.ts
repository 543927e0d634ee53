import * as z from 'zod';
import type { Engine } from './engine.ts';
import { validationError } from './errors.ts';
import { parsed, Store } from './store.ts';

const SHELF = 'ttl';
const FIVE_YEARS = 5 * 365 * 24 * 3600;

const Update = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().min(1), Enabled: z.boolean() }),
});
type Specification = z.infer<typeof Update>['TimeToLiveSpecification'];
const Describe = z.object({ TableName: z.string() });
const NumberAttribute = z.object({ N: z.coerce.number() });
const Item = z.record(z.string(), z.unknown());

/** Time to live: UpdateTimeToLive, DescribeTimeToLive and the sweeper that deletes what expired. */
export class TimeToLive {
  readonly #store: Store;
  readonly #engine: Engine;

  constructor(store: Store, engine: Engine) {
    this.#store = store;
    this.#engine = engine;
    for (const row of store.rows(SHELF)) this.#watch(row.key, z.string().parse(parsed(row)));
  }

  /** Takes effect at once, where AWS takes up to an hour. */
  update(input: unknown): unknown {
    const request = Update.safeParse(input);
    if (!request.success)
      throw validationError('TableName and TimeToLiveSpecification are required');
    const { TableName: table, TimeToLiveSpecification: wanted } = request.data;
    this.#engine.table(table);
    refuseNoChange(wanted, this.#attributeOf(table));

    if (wanted.Enabled) this.#store.put(SHELF, table, wanted.AttributeName);
    else this.#store.del(SHELF, table);
    this.#watch(table, wanted.Enabled ? wanted.AttributeName : undefined);
    // written again, so that items from before carry their expiry too
    const shelf = Store.itemShelf(table);
    for (const row of this.#store.rows(shelf)) this.#store.put(shelf, row.key, parsed(row));
    return { TimeToLiveSpecification: wanted };
  }

  describe(input: unknown): unknown {
    const request = Describe.safeParse(input);
    if (!request.success) throw validationError('TableName is required');
    this.#engine.table(request.data.TableName);
    const AttributeName = this.#attributeOf(request.data.TableName);
    return {
      TimeToLiveDescription:
        AttributeName === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName },
    };
  }

  /** For a table that is being deleted. */
  forget(table: string): void {
    this.#store.del(SHELF, table);
    this.#watch(table, undefined);
  }

  /** Deletes what expired by `now` (seconds since 1970); like AWS, nothing that expired over five years ago. */
  async sweep(now: number): Promise<void> {
    for (const { table, item } of this.#store.expired(now - FIVE_YEARS, now)) {
      const attributes = Item.parse(item);
      const names = this.#engine.table(table).KeySchema.map(({ AttributeName }) => AttributeName);
      const Key = Object.fromEntries(names.map((name) => [name, attributes[name]]));
      await this.#engine.act('DeleteItem', { TableName: table, Key });
    }
  }

  #attributeOf(table: string): string | undefined {
    return z.string().optional().parse(this.#store.get(SHELF, table));
  }

  #watch(table: string, attribute: string | undefined): void {
    this.#store.watchExpiry(table, attribute === undefined ? undefined : expiryIn(attribute));
  }
}

function refuseNoChange({ Enabled, AttributeName }: Specification, current?: string): void {
  if (Enabled && current !== undefined) throw validationError('TimeToLive is already enabled');
  if (!Enabled && current === undefined) throw validationError('TimeToLive is already disabled');
  if (!Enabled && current !== AttributeName)
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${String(current)}`,
    );
}

/** Only a number is an expiry; anything else means the item never expires. */
function expiryIn(attribute: string): (item: unknown) => number | undefined {
  return (item) => {
    const value = NumberAttribute.safeParse(Item.parse(item)[attribute]);
    return value.success && Number.isFinite(value.data.N) ? Math.floor(value.data.N) : undefined;
  };
}
