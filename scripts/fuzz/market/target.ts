import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import { Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER } from '#contract/roster.ts';
import { devPrivateKey } from '../../local/chain/accounts.ts';
import { startEconomy } from '../../local/economy/economy.ts';
import type { Target } from './world.ts';

const ANY_PORT = {
  dynamodb: 0,
  s3: 0,
  sqs: 0,
  secrets: 0,
  lambda: 0,
  market: 0,
  storefront: 0,
  facilitator: 0,
  chain: 0,
  irc: 0,
};

/** Runs `work` on the local stage's market and storefront, none of its agents beating, and forgets it all. */
export async function besideEconomy<T>(work: (target: Target) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'viva-fuzz-'));
  const nothing = () => undefined;
  try {
    const economy = await startEconomy({
      dir,
      isFresh: true,
      ports: ANY_PORT,
      speed: 1,
      onLog: nothing,
      onIrcLine: nothing,
    });
    const { marketUrl, storefrontUrl, facilitatorUrl } = economy.connection;
    const facilitator = new HttpFacilitator({ url: facilitatorUrl, network: NETWORKS.local });
    try {
      return await work({
        marketUrl,
        storefrontUrl,
        keys: ROSTER.map(({ hdIndex }) => Hex.parse(devPrivateKey(hdIndex))),
        now: () => new Date(),
        chain: economy.clients.chain,
        lock: async (info, payer) => {
          const outcome = await facilitator.lock(info, await payer.signLock(info));
          return outcome.kind === 'settled' ? outcome.tx : undefined;
        },
      });
    } finally {
      await economy.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
