import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { CorpusManifest } from '#contract/log-record.ts';
import { corpusLines } from '#core/logs/read.ts';
import { FileObjects } from '../../local/file-objects.ts';
import { MANIFEST } from './corpus.ts';

/** The benchmark's peer: what it costs to unpack every message of a corpus and JSON.parse it, and nothing else. */
const [folder = ''] = process.argv.slice(2);
const manifest = CorpusManifest.parse(JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')));
const objects = new FileObjects(folder);
const utf8 = new TextDecoder();
for await (const { bytes } of corpusLines(manifest, { objects, codec: new NodeCodec() })) {
  for (const line of utf8.decode(bytes).slice(0, -1).split('\n')) JSON.parse(line);
}
