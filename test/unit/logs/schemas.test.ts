import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { compact } from '#core/logs/compact.ts';
import { LOG_SHAPES } from '../../../scripts/schemas/logs.ts';
import { PRODUCT_SHAPES } from '../../../scripts/schemas/products.ts';
import { schemaFiles } from '../../../scripts/schemas/published.ts';
import { agent, collectAll, house, manifestOf, messagesOf, upload } from './house.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/schemas');

/** By what a reader finds in the folder alone. */
function read(name: string): z.ZodType {
  const text = readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}

describe('docs/schemas', () => {
  it('holds what `node scripts/schemas.ts` writes, and nothing else', () => {
    const schemas = schemaFiles({ ...LOG_SHAPES, ...PRODUCT_SHAPES });
    expect(readdirSync(FOLDER).sort()).toEqual([...schemas.keys()].sort());
    for (const [name, text] of schemas) expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
  });

  it('describes what is written', async () => {
    const services = house();
    const text = '[10:00] <ada> hola\n[10:01] <bob> y\n[10:99] <ada> when\n';
    await collectAll(services, [[upload(services, '2005-02-08.txt', text)]]);
    await compact(agent, services, new Date(0));
    const stored = (part: string): unknown[] =>
      [...services.objects.stored]
        .filter(([key]) => key.startsWith(`${agent}/${part}`))
        .flatMap(([, bytes]) => new TextDecoder().decode(bytes).trim().split('\n'))
        .map((line): unknown => JSON.parse(line));

    for (const [name, all] of [
      ['log-record', await messagesOf(services)],
      ['corpus-manifest', [manifestOf(services)]],
      ['source-listing', stored('corpus/sources/')],
      ['statistics', stored('corpus/statistics/')],
      ['quarantine-entry', stored('quarantine/')],
    ] as const) {
      expect(all.length, name).toBeGreaterThan(0);
      for (const one of all) expect(read(name).safeParse(one).success, name).toBe(true);
      expect(read(name).safeParse({}).success, name).toBe(false);
    }
  });
});
