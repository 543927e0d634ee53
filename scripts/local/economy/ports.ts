/** Where the parts of a local economy listen. */
export interface Ports {
  readonly dynamodb: number;
  readonly s3: number;
  readonly sqs: number;
  readonly secrets: number;
  readonly lambda: number;
  readonly market: number;
  readonly storefront: number;
  readonly facilitator: number;
  readonly chain: number;
  readonly irc: number;
}

export const DEFAULT_PORT_BASE = 4560;

/** Ten ports counted from one number: fixed, so that the links in deliveries survive a restart. */
export function portsFrom(base: number): Ports {
  return {
    dynamodb: base,
    s3: base + 1,
    sqs: base + 2,
    secrets: base + 3,
    lambda: base + 4,
    market: base + 5,
    storefront: base + 6,
    facilitator: base + 7,
    chain: base + 8,
    irc: base + 9,
  };
}
