/** The WebAssembly of who signs: tables, nine tenths of it. */
const LIBSECP256K1 = 1245;

/**
 * What each room's code may weigh, in kB (1000 bytes) of minified ESM, chunks included: measured, and about 10 % of headroom.
 * Raise a line only with a reason; `dist/meta/<room>.json` says what a room is made of (https://esbuild.github.io/analyze/).
 */
export const BUDGETS_KB: Readonly<Record<string, number>> = {
  // a quarter of it is the MCP client, loaded by the first sale of a stage that sells over MCP; a tenth the refinery with its language tables; another tenth is
  // x402's client, loaded with the workshop
  heartbeat: 2000 + LIBSECP256K1,
  'collect-logs': 815,
  // a third of it is the MCP door, loaded by the first worker that comes through it
  market: 1390 + LIBSECP256K1,
  facilitator: 1050 + LIBSECP256K1,
  // the official x402 server with its schemas, and viem to ask the chain
  storefront: 1155 + LIBSECP256K1,
  'irc-commands': 630,
  wake: 525,
  'alarm-lines': 475,
  reconcile: 815,
  // a quarter of it is S3, for the log of what people say
  'irc-relay': 1580,
};
