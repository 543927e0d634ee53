import type { Command } from 'commander';
import { addPublishing } from './em/publishing.ts';
import { addReading } from './em/reading.ts';
import { addWorking } from './em/working.ts';

export function addEm(program: Command): void {
  const em = program.command('em').description("The stage's market by hand, as one agent.");
  addReading(em);
  addPublishing(em);
  addWorking(em);
}
