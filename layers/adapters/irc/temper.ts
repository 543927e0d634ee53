import type { Pace } from '#core/talk/pace.ts';
import type { Patience } from './delivery.ts';

/** Where the network is. Without TLS only for the local server. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** How patient a connection is. Milliseconds unless said otherwise. */
export interface Temper {
  readonly returnMinMs: number;
  readonly returnMaxMs: number;
  /** A connection that lasted so long was a good one: the next wait begins at the least again. */
  readonly stableMs: number;
  readonly joinGapMs: number;
  readonly rejoinMs: number;
  readonly reclaimMs: number;
  readonly pingSeconds: number;
  readonly deadSeconds: number;
  readonly patience: Patience;
  readonly pace: Pace;
}

/** For networks of strangers, with their flood limits. */
export const PATIENT: Temper = {
  returnMinMs: 5000,
  returnMaxMs: 300_000,
  stableMs: 60_000,
  joinGapMs: 500,
  rejoinMs: 10_000,
  reclaimMs: 60_000,
  pingSeconds: 30,
  deadSeconds: 120,
  patience: { echo: 10_000, pong: 20_000 },
  pace: { burst: 5, perSecond: 1 },
};

/** For the server of the local economy. */
export const QUICK: Temper = {
  returnMinMs: 200,
  returnMaxMs: 2000,
  stableMs: 1000,
  joinGapMs: 10,
  rejoinMs: 500,
  reclaimMs: 1000,
  pingSeconds: 10,
  deadSeconds: 30,
  patience: { echo: 2000, pong: 4000 },
  pace: { burst: 20, perSecond: 50 },
};
