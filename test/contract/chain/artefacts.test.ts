import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../../../scripts/local/chain/compile.ts';

const folder = new URL('../../../scripts/local/chain/artefacts/', import.meta.url);

it('the checked-in contracts are what their sources compile to', () => {
  const made = compile();

  expect(readdirSync(folder).toSorted()).toEqual(
    made.map(({ contract }) => `${contract}.json`).toSorted(),
  );
  for (const artefact of made) {
    expect(JSON.parse(readFileSync(new URL(`${artefact.contract}.json`, folder), 'utf8'))).toEqual(
      artefact,
    );
  }
}, 60_000);
