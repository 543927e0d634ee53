import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { local, prod, sandbox } from '../../lib/stages.ts';
import { get, type House, houseOf } from './support.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) =>
  title!.toLowerCase().replaceAll(' ', '-'),
);

const text = (value: unknown) => JSON.stringify(value);

describe.each([local, sandbox, prod])('who watches stage $name', (stage) => {
  const house: House = houseOf(stage);
  const functions = house.of('AWS::Lambda::Function');
  const isOwn = stage.market.kind === 'own';

  it('says in every alarm what a human loses, with a heading of the runbook', () => {
    const alarms = house.of('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThanOrEqual(8);
    for (const { Properties } of alarms) {
      const found = /^\S.{20,} Runbook: docs\/runbook\.md#(\S+)$/.exec(
        String(Properties['AlarmDescription']),
      );
      expect(headings).toContain(found?.[1]);
      expect(Properties['AlarmActions']).toHaveLength(1);
    }
  });

  it('rings when trade stands still, and when nothing is heard any more', () => {
    const alarms = house.of('AWS::CloudWatch::Alarm');
    const about = (heading: string) =>
      alarms.filter(({ Properties }) =>
        String(Properties['AlarmDescription']).endsWith(`#${heading}`),
      );
    const silence = ['missed-beats', 'findings-stand', 'no-deals', 'relay-gone'];
    for (const heading of silence)
      expect(about(heading).map(({ Properties }) => Properties['TreatMissingData'])).toEqual([
        'breaching',
      ]);
    const counted = ['intents-fail', 'budget-refusals', 'quarantine-grows', 'knocking'];
    const bad = [...counted, 'market-troubles', 'wallets-low', 'doors-fail'];
    for (const heading of [...bad, ...(isOwn ? ['gas-low'] : [])])
      expect(about(heading)).toHaveLength(1);
    expect(house.of('AWS::Budgets::Budget')).toHaveLength(1);
    expect(headings).toContain('over-budget');
  });

  it('shows on one page what rings, and answers four questions', () => {
    const [page, ...others] = house.of('AWS::CloudWatch::Dashboard');
    expect(others).toEqual([]);
    const parts = get(page?.Properties, 'DashboardBody', 'Fn::Join', 1) as unknown[];
    const shown = parts
      .filter((part) => typeof part === 'object')
      .map((part) => house.target(part));
    const alarms = house.of('AWS::CloudWatch::Alarm').map(({ logicalId }) => logicalId);
    expect(shown).toEqual(expect.arrayContaining(alarms));
    // whatever room fails
    expect(shown).toEqual(expect.arrayContaining(functions.map(({ logicalId }) => logicalId)));
    for (const question of ['Is it alive?', 'Is it earning?', 'Is anything stuck?', 'cost?'])
      expect(parts.join('')).toContain(question);
  });

  it('watches every room', () => {
    const failing = house
      .of('AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties['MetricName'] === 'Errors')
      .map(({ Properties }) => house.target(get(Properties, 'Dimensions', 0, 'Value')));
    const beating = text(
      house.of('AWS::CloudWatch::Alarm').filter(({ Properties }) => 'Metrics' in Properties),
    );
    for (const { logicalId, Properties } of functions) {
      const isAgent = String(Properties['FunctionName']).includes('-heartbeat-');
      expect(isAgent ? beating.includes(logicalId) : failing.includes(logicalId)).toBe(true);
    }
  });
});
