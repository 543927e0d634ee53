import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PERSONAS_FILE, personasJson } from './personas/read.ts';

new Command('personas')
  .description(
    'Writes what agents say, layers/core/talk/personas/<agent>/SOUL.md, into the file that rooms are bundled with.',
  )
  .action(() => {
    writeFileSync(PERSONAS_FILE, personasJson());
  })
  .parse();
