import {
  type Client,
  createClient,
  encodeFunctionData,
  type Hex,
  http,
  parseAbi,
  parseAbiItem,
  zeroAddress,
} from 'viem';
import { getLogs, getTransactionCount, sendRawTransaction } from 'viem/actions';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER, SERVICE_HD_INDEX } from '#contract/roster.ts';
import { deployMissing } from '../../contracts/deploy.ts';
import { devAccount } from './accounts.ts';

const START_BALANCE = 5_000_000n; // 5 USDC
const TREASURY_BALANCE = 100_000_000n; // 100 USDC
const MAX_GAS_PRICE = 10_000_000_000n; // above any base fee of an idle chain

const minting = parseAbi(['function mint(address to, uint256 value)']);
const transfer = parseAbiItem(
  'event Transfer(address indexed from, address indexed to, uint256 value)',
);

/**
 * Puts the contracts where NETWORKS.local says they are, and gives each roster wallet and the treasury their first USDC. Does only what is missing,
 * so it may be cut and begun again, and an eighth agent is funded at the next start.
 */
export async function setUp(url: string): Promise<void> {
  const client = createClient({ transport: http(url) });
  await deploy(client);
  await fund(client);
}

async function deploy(client: Client): Promise<void> {
  const network = NETWORKS.local;
  const { address: facilitator } = devAccount(SERVICE_HD_INDEX.facilitator);
  const account = devAccount(SERVICE_HD_INDEX.deployer);
  for (const { name, address } of await deployMissing({ client, account, network, facilitator })) {
    if (address !== network[name])
      throw new Error(
        `The local chain has its ${name} at ${address}: NETWORKS.local is out of date.`,
      );
  }
}

async function fund(client: Client): Promise<void> {
  const { usdc } = NETWORKS.local;
  const minted = await getLogs(client, {
    address: usdc,
    event: transfer,
    args: { from: zeroAddress },
    fromBlock: 0n,
  });
  const funded = new Set(minted.map(({ args }) => args.to?.toLowerCase()));
  const first = [
    ...ROSTER.map(({ hdIndex }) => ({ hdIndex, value: START_BALANCE })),
    { hdIndex: SERVICE_HD_INDEX.treasury, value: TREASURY_BALANCE },
  ];
  for (const { hdIndex, value } of first) {
    const { address } = devAccount(hdIndex);
    if (funded.has(address.toLowerCase())) continue;
    const data = encodeFunctionData({ abi: minting, args: [address, value] });
    await send(client, { to: usdc, data });
  }
}

async function send(client: Client, call: { readonly to: Hex; readonly data: Hex }): Promise<void> {
  const deployer = devAccount(SERVICE_HD_INDEX.deployer);
  const serializedTransaction = await deployer.signTransaction({
    type: 'eip1559',
    chainId: NETWORKS.local.chainId,
    nonce: await getTransactionCount(client, { address: deployer.address }),
    gas: 5_000_000n,
    maxFeePerGas: MAX_GAS_PRICE,
    maxPriorityFeePerGas: 0n,
    ...call,
  });
  await sendRawTransaction(client, { serializedTransaction });
}
