import type { IrcServer } from '#contract/irc-server.ts';
import type { Pace } from '#core/talk/pace.ts';
import type { Patience } from './delivery.ts';

/** Where the network is, and by what it is known. Without TLS only for the local server. */
export interface Network {
  readonly servers: readonly [IrcServer, ...IrcServer[]];
  readonly tls: boolean;
  /** SHA-256 of pinned certificates; without any, authorities must vouch for the servers. */
  readonly fingerprints: readonly string[];
}

/** How patient a connection is. Milliseconds unless said otherwise. */
export interface Temper {
  readonly returnMinMs: number;
  readonly returnMaxMs: number;
  /** A connection that lasted so long was a good one: the next wait begins at the least again. */
  readonly stableMs: number;
  /** Between two connections of one task at its start: networks limit how many may come at once. */
  readonly connectGapMs: number;
  readonly joinGapMs: number;
  readonly rejoinMs: number;
  readonly rejoinMaxMs: number;
  readonly reclaimMs: number;
  readonly pingSeconds: number;
  readonly deadSeconds: number;
  readonly patience: Patience;
  readonly pace: Pace;
  /** How long a nick is ours without word from us, and how often we give word. */
  readonly leaseMs: number;
  readonly renewMs: number;
}

/** For networks of strangers, with their flood limits. */
export const PATIENT: Temper = {
  returnMinMs: 5000,
  returnMaxMs: 300_000,
  stableMs: 60_000,
  connectGapMs: 200,
  joinGapMs: 500,
  rejoinMs: 10_000,
  rejoinMaxMs: 300_000,
  reclaimMs: 60_000,
  pingSeconds: 30,
  deadSeconds: 60,
  patience: { echo: 10_000, pong: 20_000 },
  pace: { burst: 5, perSecond: 1 },
  leaseMs: 120_000,
  renewMs: 40_000,
};

/** For the server of the local economy. */
export const QUICK: Temper = {
  returnMinMs: 200,
  returnMaxMs: 2000,
  stableMs: 1000,
  connectGapMs: 0,
  joinGapMs: 10,
  rejoinMs: 500,
  rejoinMaxMs: 4000,
  reclaimMs: 1000,
  pingSeconds: 5,
  deadSeconds: 10,
  patience: { echo: 2000, pong: 4000 },
  pace: { burst: 20, perSecond: 50 },
  leaseMs: 120_000,
  renewMs: 5000,
};
