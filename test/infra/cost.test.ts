import { beforeAll, describe, expect, it } from 'vitest';
import { ROSTER } from '#contract/roster.ts';
import { billOf, type Load } from '../../scripts/cost/bill.ts';
import { type Stack, stackOf } from '../../scripts/cost/stack.ts';

const MESSAGES = 500_000;
let stack: Stack;
beforeAll(async () => {
  stack = await stackOf('prod');
});

const bill = (agents: number, beatMinutes: number, messages = MESSAGES) =>
  billOf(stack, { agents, beatMinutes, messages } satisfies Load);

describe('what a month of prod costs', () => {
  it('is under $20 for the roster at 5-minute beats, and under $15 with the relay on Spot', () => {
    const onDemand = { ...stack, relay: { ...stack.relay, isSpot: false } };
    const spot = { ...stack, relay: { ...stack.relay, isSpot: true } };
    const load = { agents: ROSTER.length, beatMinutes: 5, messages: MESSAGES };
    expect(billOf(onDemand, load).monthlyUsd).toBeLessThan(20);
    expect(billOf(spot, load).monthlyUsd).toBeLessThan(15);
  });

  it('is under 15 cents for each of 5,000 agents, and under 4 at 30-minute beats', () => {
    expect(bill(5_000, 5).perAgentUsd).toBeLessThan(0.15);
    expect(bill(5_000, 30).perAgentUsd).toBeLessThan(0.04);
  });

  it('is the sum of its lines, the dearest first', () => {
    const { lines, monthlyUsd } = bill(7, 5);
    const dollars = lines.map(({ usd }) => usd);
    expect(dollars.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(monthlyUsd, 9);
    expect(dollars).toEqual(dollars.toSorted((a, b) => b - a));
    expect(lines.find(({ item }) => item === 'relayCpu')?.quantity).toBeGreaterThan(0);
  });

  it('grows with use', () => {
    expect(bill(100, 5).monthlyUsd).toBeGreaterThan(bill(7, 5).monthlyUsd);
    expect(bill(7, 1).monthlyUsd).toBeGreaterThan(bill(7, 5).monthlyUsd);
    expect(bill(7, 5, 13_000_000).monthlyUsd).toBeGreaterThan(bill(7, 5).monthlyUsd);
  });

  it('has no line that stands still and grows with the agents', () => {
    const { counts } = stack;
    const most = {
      'AWS::SecretsManager::Secret': ROSTER.length + 4,
      'AWS::SQS::Queue': 16,
      'AWS::Lambda::EventSourceMapping': 6,
      'AWS::CloudWatch::Dashboard': 3,
      'AWS::KMS::Key': 1,
      'AWS::EC2::NatGateway': 0,
      'AWS::ElasticLoadBalancingV2::LoadBalancer': 0,
    };
    for (const [type, limit] of Object.entries(most))
      expect(counts[type] ?? 0, type).toBeLessThanOrEqual(limit);
    const standing = ['secrets', 'alarms', 'metrics', 'dashboards', 'keys'];
    const of = (agents: number) =>
      bill(agents, 5).lines.filter(({ item }) => standing.includes(item));
    expect(of(5_000)).toEqual(of(7));
  });
});
