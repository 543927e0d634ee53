import { describe, expect, it } from 'vitest';
import { NAMESPACE } from '#contract/metrics.ts';
import { createLog } from '#runtime/log.ts';
import { createMeasure } from '#runtime/metrics.ts';

const lines: string[] = [];
const out = (line: string): void => {
  lines.push(line);
};
const last = (): unknown => JSON.parse(lines.at(-1) ?? '');

describe('createLog', () => {
  const log = createLog('a-room', out);

  it('prints one line of JSON, which keys cannot pass off as another', () => {
    log.warn('finding', { message: 'forged', level: 'INFO', text: 'one\ntwo', amount: 2n ** 70n });
    expect(lines.at(-1)).not.toContain('\n');
    expect(last()).toEqual({
      level: 'WARN',
      message: 'finding',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      service: 'a-room',
      text: 'one\ntwo',
      amount: '1180591620717411303424',
    });
  });

  it('tells of an error its name, message, stack and cause, and nothing that a client hung on it', () => {
    const cause = new TypeError('no such field');
    const error = Object.assign(new Error('refused', { cause }), { response: { secret: 'x' } });
    log.error('failed', error);
    expect(last()).toMatchObject({
      level: 'ERROR',
      error: {
        name: 'Error',
        message: 'refused',
        cause: { name: 'TypeError', message: 'no such field' },
      },
    });
    expect(lines.at(-1)).toContain('runtime.test.ts');
    expect(lines.at(-1)).not.toContain('secret');
  });
});

it('createMeasure prints what CloudWatch makes metrics of', () => {
  createMeasure('a-room', 'sandbox', out)({ DealsSettled: 2, WrongFees: 0 }, { source: 'a.txt' });
  expect(last()).toEqual({
    _aws: {
      Timestamp: expect.any(Number) as number,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [['service', 'stage']],
          Metrics: [
            { Name: 'DealsSettled', Unit: 'Count' },
            { Name: 'WrongFees', Unit: 'Count' },
          ],
        },
      ],
    },
    service: 'a-room',
    stage: 'sandbox',
    source: 'a.txt',
    DealsSettled: 2,
    WrongFees: 0,
  });
});
