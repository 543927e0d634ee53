import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { logSchemas } from './schemas/logs.ts';

const FOLDER = join(import.meta.dirname, '../docs/schemas');

new Command('log-schemas')
  .description(
    'Writes the shapes of what the collector publishes as JSON Schema into docs/schemas.',
  )
  .action(() => {
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, text] of logSchemas()) writeFileSync(join(FOLDER, name), text);
  })
  .parse();
