import { DynamoSwitches } from '#adapters/dynamodb/switches.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import type { Site } from './site.ts';

const BY = 'the command line';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Nobody buys from now on; deals that are under way go to their end. Says whether the halt that stands is for this reason. */
export async function halt(site: Site, because: string): Promise<boolean> {
  const standing = await (await switches(site)).halt({
    id: because,
    by: BY,
    at: new Date(),
    because,
  });
  return standing.id === because;
}

/** Takes back a halt that was made for this reason, and no other. */
export async function resume(site: Site, because: string): Promise<void> {
  const all = await switches(site);
  const standing = await all.halted();
  if (standing?.id === because) await all.resume(new Date());
}

/**
 * Nobody buys while `act` runs. Ctrl-C aborts its signal, so that they may again; killed outright, the same command run again, or
 * the owner's `resume`, takes the halt back. One that somebody else has made stays.
 */
export async function whileHalted<T>(
  site: Site,
  because: string,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cut = new AbortController();
  const onSignal = (name: string): void => {
    cut.abort(new CannotStart(`Cut by ${name}: spending goes on as before. Run it again.`));
  };
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    const isOurs = await halt(site, because);
    try {
      return await act(cut.signal);
    } finally {
      if (isOurs) await resume(site, because);
    }
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

async function switches({ dynamo, place }: Site): Promise<DynamoSwitches> {
  return new DynamoSwitches(dynamo, (await place()).economyTable);
}
