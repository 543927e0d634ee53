import { type Gathered, gather } from '#core/logs/gather.ts';
import { clockOf } from '#core/logs/time.ts';
import { NodeCodec } from '../corpus/node-codec.ts';
import { FolderScratch, FolderShelf, logFiles } from './folder.ts';

/** Collects the logs in `folder` into `out`. `zone` is that of wall clocks in them. */
export async function collectFolder(folder: string, out: string, zone: string): Promise<Gathered> {
  const scratch = new FolderScratch();
  try {
    return await gather(await logFiles(folder), {
      clock: clockOf(zone),
      codec: new NodeCodec(),
      scratch,
      shelf: new FolderShelf(out),
    });
  } finally {
    scratch.remove();
  }
}
