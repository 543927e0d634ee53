import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { AgentId } from '#contract/ids.ts';
import { CorpusManifest, type LogRecord } from '#contract/log-record.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { type LogEvent, type Services, take } from '#core/logs/take.ts';
import { clockOf } from '#core/logs/time.ts';
import { eTagOf, MemoryObjects, MemoryPointers } from './memory.ts';
import { bytesOf } from './reading.ts';

export const agent = AgentId.parse('kk-karma-hello');
export const codec = new NodeCodec();
export type House = Services & {
  readonly objects: MemoryObjects;
  readonly pointers: MemoryPointers;
};

export function house(): House {
  return {
    objects: new MemoryObjects(),
    pointers: new MemoryPointers(),
    codec,
    clock: clockOf('UTC'),
  };
}

/** One upload of a source after another. */
export interface Version {
  readonly content: string;
  readonly sequence: string;
}

/** Stores the file, and gives the event that S3 would send. */
export function upload(
  services: House,
  source: string,
  given: string | Uint8Array | Version,
): LogEvent {
  const { content, sequence } =
    typeof given === 'object' && 'content' in given ? given : { content: given, sequence: '1' };
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  const key = `${agent}/logs/${source}`;
  services.objects.stored.set(key, bytes);
  return { agent, source, key, eTag: eTagOf(bytes), sequence, isRemoval: false };
}

export async function collectAll(services: Services, batches: readonly (readonly LogEvent[])[]) {
  for (const batch of batches) {
    for (const event of batch) await take(event, services);
    await rebuild(agent, services);
  }
}

export async function messagesOf(services: House): Promise<LogRecord[]> {
  const pointer = services.pointers.pointers.get(agent);
  return pointer === undefined ? [] : Array.fromAsync(new S3Corpus(services).messages(pointer));
}

export function manifestOf({ objects, pointers }: House): CorpusManifest {
  const key = pointers.pointers.get(agent)?.manifestKey ?? '';
  return CorpusManifest.parse(JSON.parse(new TextDecoder().decode(objects.stored.get(key))));
}
