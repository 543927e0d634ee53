import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { LOG_SHAPES } from './schemas/logs.ts';
import { PRODUCT_SHAPES } from './schemas/products.ts';
import { schemaFiles } from './schemas/published.ts';

const FOLDER = join(import.meta.dirname, '../docs/schemas');

new Command('schemas')
  .description(
    'Writes the shapes of what the collector publishes and of what agents sell as JSON Schema into docs/schemas.',
  )
  .action(() => {
    mkdirSync(FOLDER, { recursive: true });
    const files = schemaFiles({ ...LOG_SHAPES, ...PRODUCT_SHAPES });
    for (const [name, text] of files) writeFileSync(join(FOLDER, name), text);
  })
  .parse();
