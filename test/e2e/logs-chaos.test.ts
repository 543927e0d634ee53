import { expect, it } from 'vitest';
import { freePortBase } from '../../scripts/chaos/free-ports.ts';
import { logsChaos } from '../../scripts/chaos/logs.ts';
import { dice } from '../../scripts/local/economy/synthetic-chat.ts';
import { aFolder } from '../support/folders.ts';

it('has the corpus of a calm run after collectors were killed', async () => {
  const report = await logsChaos({
    kills: 3,
    dir: aFolder(),
    portBase: await freePortBase(),
    roll: dice(7),
    onProgress: () => undefined,
  });
  expect(report).toMatchObject({ kills: 3, ok: true });
  expect(report.got).toMatch(/^[0-9a-f]{64}$/);
});
