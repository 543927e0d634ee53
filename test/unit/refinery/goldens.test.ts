import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SkillName } from '#contract/profiles.ts';
import { goldens, REAL_LOGS } from '../../../scripts/goldens/read.ts';
import { judge, overall, precision, type Ratio, recall } from '../../../scripts/goldens/score.ts';

const areReal = existsSync(REAL_LOGS);
if (!areReal) process.stderr.write(`SKIPPED: goldens of real lines: ${REAL_LOGS} is absent\n`);

const share = ({ hits, of }: Ratio) => hits / of;
const all = goldens();
const heldOut = judge(all.filter((golden) => golden.heldOut));

describe(`the goldens (${areReal ? 'with' : 'without'} real lines)`, () => {
  it('are labelled for every skill, and half of them are held out', () => {
    expect(all.length).toBeGreaterThanOrEqual(areReal ? 1800 : 700);
    const half = all.filter((golden) => golden.heldOut).length / all.length;
    expect(half).toBeGreaterThan(0.45);
    expect(half).toBeLessThan(0.55);
    for (const skill of SkillName.options) {
      expect(all.filter(({ skills }) => skills[skill]).length, skill).toBeGreaterThanOrEqual(30);
    }
  });

  it('find skills in the hold-out with precision 0.9 and recall 0.8', () => {
    const score = overall(heldOut.skills);
    expect(share(precision(score))).toBeGreaterThanOrEqual(0.9);
    expect(share(recall(score))).toBeGreaterThanOrEqual(0.8);
  });

  it('tell topics in the hold-out with precision 0.85 and recall 0.8', () => {
    const score = overall(heldOut.topics);
    expect(share(precision(score))).toBeGreaterThanOrEqual(0.85);
    expect(share(recall(score))).toBeGreaterThanOrEqual(0.8);
  });

  it('hear voice in the hold-out with precision and recall 0.85', () => {
    const score = overall(heldOut.voice);
    expect(share(precision(score))).toBeGreaterThanOrEqual(0.85);
    expect(share(recall(score))).toBeGreaterThanOrEqual(0.85);
  });

  it('tell the language of 95 of 100 messages of 20 characters and more in the hold-out', () => {
    expect(share(heldOut.language)).toBeGreaterThanOrEqual(0.95);
  });
});
