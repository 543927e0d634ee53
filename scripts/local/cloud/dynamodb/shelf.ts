import { Readable } from 'node:stream';
import { type Bounds, parsed, type Store } from './store.ts';

/** Node-style: error first. dynalite calls back this way. */
export type Callback = (error: unknown, value?: unknown) => void;

interface BatchStep {
  readonly type: 'put' | 'del';
  readonly key: string;
  readonly value?: unknown;
}

/** What dynalite expects of one LevelDB sublevel (dynalite 4.0.0, db/index.js, `createPrefixedDbWrapper`). */
export interface Shelf {
  readonly awsAccountId: string;
  readonly awsRegion: string;
  readonly lock: (key: string, run: (release: (done: Callback) => Callback) => void) => void;
  readonly get: (key: string, done: Callback) => void;
  readonly put: (key: string, value: unknown, done: Callback) => void;
  readonly del: (key: string, done: Callback) => void;
  readonly batch: (steps: readonly BatchStep[], done: Callback) => void;
  readonly createKeyStream: (bounds?: Bounds) => Readable;
  readonly createValueStream: (bounds?: Bounds) => Readable;
}

/** Calls back synchronously, so that nothing of a failed request is still on its way when it is rolled back. */
export function shelfOf(store: Store, name: string): Shelf {
  return {
    awsAccountId: '000000000000',
    awsRegion: 'us-east-1',
    // requests are served one at a time, so there is nobody to lock out
    lock: (_key, run) => {
      run((done) => done);
    },
    get: (key, done) => {
      done(undefined, store.get(name, key));
    },
    put: (key, value, done) => {
      store.put(name, key, value);
      done(undefined);
    },
    del: (key, done) => {
      store.del(name, key);
      done(undefined);
    },
    batch: (steps, done) => {
      for (const { type, key, value } of steps) {
        if (type === 'put') store.put(name, key, value);
        else store.del(name, key);
      }
      done(undefined);
    },
    createKeyStream: (bounds) => Readable.from(store.rows(name, bounds).map(({ key }) => key)),
    createValueStream: (bounds) => Readable.from(store.rows(name, bounds).map(parsed)),
  };
}
