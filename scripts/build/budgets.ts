/**
 * What each room's code may weigh, in kB (1000 bytes) of minified ESM, chunks included: measured, and about 15 % of headroom.
 * Raise a line only with a reason; `dist/meta/<room>.json` says what a room is made of (https://esbuild.github.io/analyze/).
 */
export const BUDGETS_KB: Readonly<Record<string, number>> = {
  heartbeat: 1500,
  'collect-logs': 900,
  market: 1500,
  facilitator: 1500,
  storefront: 1200,
  wake: 700,
  'irc-relay': 1420,
};
