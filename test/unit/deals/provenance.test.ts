import { expect, it } from 'vitest';
import { foreignInputs } from '#core/market/provenance.ts';
import { aBuyDeal, aPurchase, GENERATION, someEvidence } from '../../support/builders.ts';

const corpus = { product: 'corpus', version: GENERATION.padEnd(64, '7') };
const logs = { product: 'raw_logs', version: 'v-logs' };
const ours = aPurchase({ state: 'bought', evidence: someEvidence({ version: 'v-logs' }) });

it.each([
  ['raw_logs', [corpus], undefined],
  ['raw_logs', [{ ...corpus, version: 'fedcba9876543210' }], 'stale: not made of corpus'],
  ['raw_logs', [], 'wrong-inputs: raw_logs is made of corpus'],
  ['raw_logs', [corpus, logs], 'wrong-inputs'],
  ['skill_profiles', [logs], undefined],
  ['skill_profiles', [corpus], 'wrong-inputs: skill_profiles is made of raw_logs'],
  ['skill_profiles', [{ ...logs, version: 'v-other' }], 'other-inputs'],
  ['soul_profiles', [logs, logs], 'wrong-inputs: soul_profiles is made of skill_profiles and'],
] as const)('%s made of %j', (product, inputs, flaw) => {
  const evidence = someEvidence({ product, inputs: [...inputs] });
  const found = foreignInputs(aBuyDeal({ product }), evidence, [ours]);
  expect(found).toEqual(flaw === undefined ? undefined : (expect.stringContaining(flaw) as string));
});

it('compares with what another purchase is made of', () => {
  const skills = aPurchase({
    product: 'skill_profiles',
    state: 'bought',
    evidence: someEvidence({ product: 'skill_profiles', inputs: [logs] }),
  });
  const voices = aBuyDeal({ product: 'voice_profiles' });
  const of = (version: string) => someEvidence({ inputs: [{ ...logs, version }] });
  expect(foreignInputs(voices, of('v-logs'), [skills])).toBeUndefined();
  expect(foreignInputs(voices, of('v-other'), [skills])).toContain('than v-logs');
});

it('compares with what it owns of the same corpus alone, whatever round it was bought in', () => {
  const evidence = someEvidence({
    product: 'skill_profiles',
    inputs: [{ ...logs, version: 'v-other' }],
  });
  const deal = aBuyDeal({ product: 'skill_profiles', generation: `${GENERATION}.2` });
  expect(foreignInputs(deal, evidence, [ours])).toContain('other-inputs');
  const old = { ...ours, generation: 'fedcba9876543210' };
  expect(foreignInputs(deal, evidence, [old, { ...ours, state: 'open' as const }])).toBeUndefined();
});
