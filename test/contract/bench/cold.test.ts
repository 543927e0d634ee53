import { describe, expect, it } from 'vitest';
import { benchCold, packagesAtStart } from '../../../scripts/bench/cold.ts';

const HEAVY = ['@aws-sdk/client-s3', '@modelcontextprotocol/sdk', '@x402/evm', 'tinyld'];

describe('bench -- cold', () => {
  it('starts every function with its key and signer, beside its peers', async () => {
    const rows = await benchCold(1, () => undefined);
    expect(rows.slice(0, 2).map(({ bundle }) => bundle)).toEqual(['empty', 'document-client']);
    expect(rows.map(({ bundle }) => bundle)).toContain('heartbeat');
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
