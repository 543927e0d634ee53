import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../../scripts/local/cloud/make-folder.ts';
import { isFolder } from '../../../scripts/local/economy/uploads.ts';
import { aFolder } from '../../support/folders.ts';

it('makes a folder and those above it, once or twice', async () => {
  const deep = join(aFolder(), 'a', 'b');
  await makeFolder(deep);
  await makeFolder(deep);
  expect(await isFolder(deep)).toBe(true);
});

it('says in one sentence that there can be none', async () => {
  const file = join(aFolder(), 'file');
  await writeFile(file, '');
  await expect(makeFolder(join(file, 'below'))).rejects.toThrow(/is not a folder: choose another/);
});

// Linux has a folder that takes no entries, and says of each that it is not there
it.skipIf(process.platform !== 'linux')('does not try for ever where nothing can be', async () => {
  await expect(makeFolder('/proc/x/y')).rejects.toThrow('/proc/x cannot be made: choose another');
});
