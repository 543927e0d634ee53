import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Address, type AgentId } from '#contract/ids.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { agentId } from '../../viva/options.ts';

/** The swarm that this economy replaces: wallets and ids are public, keys are not in it. */
export const KARMACADABRA = join(import.meta.dirname, 'karmacadabra.json');

/** What runs already, as a file says it. */
const CensusFile = z.object({
  v: z.literal(1),
  /** S3 bucket with `<agent>/logs/...`. @default - there are no logs to bring */
  bucket: z.string().min(3).optional(),
  bucketRegion: z.string().optional(),
  agents: z.record(
    z.string(),
    z.object({
      wallet: Address,
      /** ERC-8004 id, decimal. */
      identity: z.string().regex(/^\d+$/).optional(),
      /** The market's id of the worker. */
      executorId: z.string().min(1).optional(),
    }),
  ),
});

export interface Settler {
  readonly agent: AgentId;
  readonly wallet: Address;
  readonly identity?: string | undefined;
  readonly executorId?: string | undefined;
}

export interface Census {
  readonly bucket?: string | undefined;
  readonly bucketRegion?: string | undefined;
  readonly settlers: readonly Settler[];
}

/** @throws CannotStart when it is no census, or names somebody who is not on the roster */
export async function readCensus(path: string): Promise<Census> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CannotStart(`${path} cannot be read: name the census with --from.`, { cause });
  });
  const { agents, ...rest } = parsed(text, path);
  const settlers = Object.entries(agents).map(([name, one]) => ({ agent: known(name), ...one }));
  return { ...rest, settlers };
}

function parsed(text: string, path: string): z.infer<typeof CensusFile> {
  try {
    return CensusFile.parse(JSON.parse(text));
  } catch (cause) {
    const [first] = cause instanceof z.ZodError ? cause.issues : [];
    const where = first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`;
    throw new CannotStart(
      `${path} is no census${where}: write it as scripts/stage/import/karmacadabra.json is.`,
      { cause },
    );
  }
}

function known(name: string): AgentId {
  try {
    return agentId(name);
  } catch (error) {
    throw new CannotStart(`The census: ${error instanceof Error ? error.message : String(error)}`);
  }
}
