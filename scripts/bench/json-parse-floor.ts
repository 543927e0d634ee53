import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The benchmark's floor: what it costs to JSON.parse every file, and nothing else. */
const [folder = ''] = process.argv.slice(2);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (entry.isFile()) JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
