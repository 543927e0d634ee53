import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { CannotStart } from '../../../scripts/local/cloud/cannot-start.ts';
import { createScheduler, type Schedule } from '../../../scripts/local/cloud/scheduler.ts';
import { aCloud, eventually, type TestCloud } from '../../support/local-cloud.ts';

let local: TestCloud | undefined;

afterEach(async () => {
  await local?.stop();
  local = undefined;
});

function aSchedule(over: Partial<Schedule> = {}): Schedule & { readonly delivered: string[] } {
  const delivered: string[] = [];
  return {
    name: 'a-schedule',
    expression: 'rate(1 minute)',
    enabled: true,
    input: '{"beatId":"<aws.scheduler.scheduled-time>"}',
    deliver: (event) => {
      delivered.push(event);
      return Promise.resolve();
    },
    bury: () => Promise.resolve(),
    ...over,
    delivered,
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the scheduler', () => {
  it('waits for what is due in more than 25 days', async () => {
    const yearly = aSchedule({ expression: 'rate(360 days)' });
    const scheduler = createScheduler(1);
    scheduler.add(yearly);
    scheduler.start();
    await eventually(() => Promise.resolve(yearly.delivered.length > 0 || undefined));
    await pause(300);
    scheduler.stop();
    expect(yearly.delivered).toHaveLength(1);
  });

  it('invokes the target of the template with the scheduled time, once started', async () => {
    local = await aCloud({ speed: 1_500 });
    const dynamo = new DynamoDBClient(local.client('dynamodb'));
    const beats = async () => {
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: 'Local-State-Table9A',
          KeyConditionExpression: 'pk = :agent',
          ExpressionAttributeValues: { ':agent': { S: 'ada' } },
        }),
      );
      return Items.map(({ sk }) => sk?.S ?? '');
    };
    await pause(300);
    expect(await beats()).toEqual([]);

    const started = Date.now();
    local.cloud.scheduler.start();
    const ids = await eventually(async () => {
      const seen = await beats();
      return seen.length >= 3 ? seen : undefined;
    });
    local.cloud.scheduler.stop();
    dynamo.destroy();

    const times = ids.map((id) => new Date(id).getTime());
    expect(ids[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(times[0]).toBeGreaterThanOrEqual(started);
    // five minutes at 1500 times the speed; a slow machine may have left some out
    expect(new Set(times.map((time) => (time - (times[0] ?? 0)) % 200))).toEqual(new Set([0]));
  });

  it('never gives the same scheduled time twice, however fast', async () => {
    const schedule = aSchedule();
    const scheduler = createScheduler(240_000);
    scheduler.add(schedule);
    scheduler.start();
    await eventually(() => (schedule.delivered.length > 50 ? true : undefined));
    scheduler.stop();
    const count = schedule.delivered.length;
    await pause(20);

    expect(new Set(schedule.delivered).size).toBe(count);
    expect(schedule.delivered).toHaveLength(count);
  });

  it('puts a schedule where its start date puts it in the period', async () => {
    const scheduler = createScheduler(600);
    const [first, second] = [
      aSchedule(),
      aSchedule({ startDate: new Date('2026-01-01T00:00:30Z') }),
    ];
    scheduler.add(first);
    scheduler.add(second);
    scheduler.start();
    await eventually(() => (second.delivered.length > 0 ? true : undefined));
    scheduler.stop();
    const time = ({ delivered }: { readonly delivered: readonly string[] }) =>
      new Date((JSON.parse(delivered[0] ?? '{}') as { beatId: string }).beatId).getTime();

    expect(Math.abs(time(second) - time(first) - 50)).toBeLessThanOrEqual(5);
  });

  it('does not pile up work when it is faster than the work', async () => {
    let [atWork, most, done] = [0, 0, 0];
    const scheduler = createScheduler(12_000);
    scheduler.add(
      aSchedule({
        deliver: async () => {
          atWork += 1;
          most = Math.max(most, atWork);
          await pause(30);
          atWork -= 1;
          done += 1;
        },
      }),
    );
    scheduler.start();
    await eventually(() => (done >= 5 ? true : undefined));
    scheduler.stop();

    expect(most).toBe(1);
  });

  it('keeps still when disabled', async () => {
    const schedule = aSchedule({ enabled: false });
    const scheduler = createScheduler(60_000);
    scheduler.add(schedule);
    scheduler.start();
    await pause(30);
    scheduler.stop();

    expect(schedule.delivered).toEqual([]);
  });

  it('buries an event that its target never took', async () => {
    const buried: string[] = [];
    const scheduler = createScheduler(1);
    scheduler.add(
      aSchedule({
        retries: 1,
        deliver: () => Promise.reject(new Error('not today')),
        bury: (event, error) => {
          buried.push(`${event} ${String(error)}`);
          return Promise.resolve();
        },
      }),
    );
    scheduler.start();
    const [event] = await eventually(() => (buried.length > 0 ? buried : undefined));
    scheduler.stop();

    expect(event).toMatch(/beatId.*not today/);
  });

  it('says what it cannot read', () => {
    const add = () => {
      createScheduler(1).add(aSchedule({ expression: 'cron(0 12 * * ? *)' }));
    };

    expect(add).toThrow(CannotStart);
    expect(add).toThrow(/a-schedule says cron.*rate/);
  });
});
