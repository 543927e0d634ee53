import { describe, expect, it } from 'vitest';
import { benchCold, packagesAtStart } from '../../../scripts/bench/cold.ts';

const HEAVY = [
  ...['@aws-sdk/client-s3', '@aws-sdk/client-sqs', '@modelcontextprotocol/sdk', '@x402/evm'],
  // of viem's client and of typed data
  ...['tinyld', 'abitype', 'ox'],
];
/** Measured: 568 kB. */
const MOST_AT_START_KB = 620;

describe('bench -- cold', () => {
  it('starts every function with its key and signer, beside its peers', async () => {
    const rows = await benchCold(1, () => undefined);
    expect(rows.slice(0, 2).map(({ bundle }) => bundle)).toEqual(['empty', 'document-client']);
    const [, , trading] = rows;
    expect(trading).toMatchObject({ bundle: 'heartbeat + first signed request' });
    const { eagerKB } = rows.find(({ bundle }) => bundle === 'heartbeat') ?? { eagerKB: 0 };
    expect(eagerKB).toBeLessThan(MOST_AT_START_KB);
    // the same start, but for the room's own few lines
    expect(Math.abs((trading?.eagerKB ?? 0) - eagerKB)).toBeLessThan(10);
    for (const { cpuMs, rssMb } of rows) {
      expect(cpuMs).toBeGreaterThan(0);
      expect(rssMb).toBeGreaterThan(20);
    }
  }, 60_000);

  it('loads into an idle beat nothing that makes goods, sells over MCP or pays over x402', async () => {
    const eager = await packagesAtStart('heartbeat');
    expect(eager).toContain('viem');
    for (const name of HEAVY) expect(eager).not.toContain(name);
  });
});
