import { DynamoSwitches } from '#adapters/dynamodb/switches.ts';
import type { Site } from './site.ts';

const BY = 'the command line';

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

async function switches({ dynamo, place }: Site): Promise<DynamoSwitches> {
  return new DynamoSwitches(dynamo, (await place()).economyTable);
}
