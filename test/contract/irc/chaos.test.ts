import { expect, it } from 'vitest';
import { ircChaos } from '../../../scripts/chaos/irc.ts';
import { dice } from '../../../scripts/local/economy/synthetic-chat.ts';
import { aFolder } from '../../support/folders.ts';

it('loses no line either way while server, relay and queue come and go', {
  timeout: 240_000,
}, async () => {
  const report = await ircChaos({
    lines: 140,
    ircd: 'embedded',
    perSecond: 70,
    outageMs: 500,
    kills: 1,
    dir: aFolder(),
    roll: dice(3),
    onProgress: () => undefined,
  });
  expect(report).toMatchObject({
    ok: true,
    violations: [],
    sent: 140,
    delivered: 140,
    inbound: { sent: 138, delivered: 138, lost: 0, doubled: 0 },
    notes: { lost: 0, doubled: 0 },
  });
});
