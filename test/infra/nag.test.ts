import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ACKNOWLEDGED, HouseChecks, isAbout } from '../../lib/acknowledged.ts';
import { addStage } from '../../lib/economia-viva.ts';
import { prod, sandbox } from '../../lib/stages.ts';
import { anApp } from './support.ts';

const Report = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string() })),
        }),
      ),
    }),
  ),
});

/** `rule path` of everything that AwsSolutions finds in both stages of AWS. */
function findings(
  checks: new (app: App) => AwsSolutionsChecks,
): readonly { rule: string; path: string }[] {
  const app = anApp();
  for (const stage of [sandbox, prod]) addStage(app, stage);
  Validations.of(app).addPlugins(new checks(app));
  try {
    app.synth();
  } catch {
    // says that there are findings, which the report lists
  }
  const report = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8');
  return Report.parse(JSON.parse(report)).pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        rule: ruleName.replace(/\[.*/, ''),
        path: constructPath,
      })),
    ),
  );
}

it('AwsSolutions finds nothing that is not acknowledged with a reason, and every acknowledgement is needed', () => {
  const found = findings(AwsSolutionsChecks);
  expect(found.length).toBeGreaterThan(50);
  const isNeeded = (one: (typeof ACKNOWLEDGED)[number]) =>
    found.some(({ rule, path }) => isAbout(one, rule, path));
  expect(ACKNOWLEDGED.filter((one) => !isNeeded(one))).toEqual([]);
  expect(findings(HouseChecks)).toEqual([]);
});
