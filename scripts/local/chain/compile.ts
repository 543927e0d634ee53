import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const SOURCES = [
  'Payments',
  'TestUSDC',
  'AuthCaptureEscrow',
  'TokenCollector',
  'PaymentOperator',
  'IdentityRegistry',
  'ReputationRegistry',
];
const CONTRACTS = SOURCES.filter((name) => name !== 'Payments');
const HEX = z.string().regex(/^(0x)?[0-9a-f]*$/);

/** What is checked in of a contract: bytecode to deploy and the code that then stands at its address. */
export const Artefact = z.object({
  contract: z.string(),
  abi: z.array(z.unknown()),
  bytecode: HEX,
  runtime: HEX,
});
export type Artefact = z.infer<typeof Artefact>;

const Code = z.object({ object: HEX });
const Output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          abi: z.array(z.unknown()),
          evm: z.object({ bytecode: Code, deployedBytecode: Code }),
        }),
      ),
    )
    .default({}),
});
const Solc = z.object({ compile: z.function({ input: [z.string()], output: z.string() }) });

/**
 * Compiles our Solidity with solc of npm; the same sources give the same bytes.
 * @throws when solc reports an error or a warning, with its text
 */
export function compile(): readonly Artefact[] {
  // loaded here, not above: the compiler is 9 MB of wasm that nobody needs who does not compile
  const solc = Solc.parse(createRequire(import.meta.url)('solc'));
  const sources = Object.fromEntries(
    SOURCES.map((name) => [
      `${name}.sol`,
      { content: readFileSync(path(`contracts/${name}.sol`), 'utf8') },
    ]),
  );
  const settings = {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: 'cancun',
    metadata: { appendCBOR: false, bytecodeHash: 'none' },
    outputSelection: {
      '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
    },
  };
  const input = JSON.stringify({ language: 'Solidity', sources, settings });
  const { errors, contracts } = Output.parse(JSON.parse(solc.compile(input)));
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));
  return CONTRACTS.map((contract) => {
    const made = contracts[`${contract}.sol`]?.[contract];
    if (!made) throw new Error(`solc made no contract "${contract}" of ${contract}.sol.`);
    return {
      contract,
      abi: made.abi,
      bytecode: `0x${made.evm.bytecode.object}`,
      runtime: `0x${made.evm.deployedBytecode.object}`,
    };
  });
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

if (import.meta.main) {
  for (const artefact of compile()) {
    writeFileSync(
      path(`artefacts/${artefact.contract}.json`),
      `${JSON.stringify(artefact, undefined, 1)}\n`,
    );
    console.log(`${artefact.contract}: ${String(artefact.runtime.length / 2 - 1)} bytes`);
  }
}
