import { type FileHandle, open, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { CannotStart } from '../cloud/cannot-start.ts';

/** One step of the chain's history: a signed transaction to take (`raw`), a block to mine at `mine` (unix seconds), or both. */
export const Step = z.object({ raw: z.string().optional(), mine: z.number().int().optional() });
export type Step = z.infer<typeof Step>;

/** The chain's history, in order. What was appended is on the disk. */
export interface Journal {
  /** @throws when a line is damaged */
  read(): Promise<readonly Step[]>;
  /** @throws when it cannot be written (a full disk); the journal is then as it was before */
  append(step: Step): Promise<void>;
  close(): Promise<void>;
}

/** Opens or makes the journal. A last line that was cut by a kill was never acknowledged, and is taken off. */
export async function openJournal(file: string): Promise<Journal> {
  const handle = await open(file, 'a+');
  const text = await readFile(file, 'utf8');
  let size = Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));
  await handle.truncate(size);
  return {
    read: async () => {
      const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
      return lines.map((line, index) => readStep(line, `${file}:${String(index + 1)}`));
    },
    append: async (step) => {
      size += await write(handle, `${JSON.stringify(step)}\n`, size);
    },
    close: () => handle.close(),
  };
}

async function write(handle: FileHandle, line: string, size: number): Promise<number> {
  try {
    await handle.appendFile(line);
    await handle.datasync();
  } catch (error) {
    await handle.truncate(size);
    throw error;
  }
  return Buffer.byteLength(line);
}

function readStep(line: string, where: string): Step {
  try {
    return Step.parse(JSON.parse(line));
  } catch (cause) {
    throw new CannotStart(`The chain's history is damaged at ${where}; begin anew with --fresh.`, {
      cause,
    });
  }
}
