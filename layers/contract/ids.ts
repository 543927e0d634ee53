import * as z from 'zod';

/** Lower-case kebab id of one agent, also its IRC nick, e.g. `kk-karma-hello`. At most 30 characters. */
export const AgentId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,29}$/)
  .brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;

/** Task id of Execution Market: a lower-case UUID. */
export const TaskId = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .brand<'TaskId'>();
export type TaskId = z.infer<typeof TaskId>;

/** `0x`-prefixed hex inside; a codec, so that stored items go both ways. */
const hex = (pattern: RegExp, decode: (digits: string) => string) =>
  z.codec(z.string().regex(pattern), z.custom<`0x${string}`>(), {
    decode: (text): `0x${string}` => `0x${decode(text.slice(2))}`,
    encode: (text) => text,
  });
const lower = (digits: string): string => digits.toLowerCase();

/** 20-byte EVM address, any case on the way in, lower-case inside. */
export const Address = hex(/^0x[0-9a-fA-F]{40}$/, lower);
export type Address = z.infer<typeof Address>;

/** 32-byte hash of a mined or pending transaction. EM may answer a placeholder that is none: parse before use. */
export const TxHash = hex(/^0x[0-9a-fA-F]{64}$/, lower);
export type TxHash = z.infer<typeof TxHash>;

/** Arbitrary 0x-prefixed bytes. */
export const Hex = hex(/^0x([0-9a-fA-F]{2})*$/, (digits) => digits);
export type Hex = z.infer<typeof Hex>;

/** Lower-case sha256 in hex, 64 characters. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256 = z.infer<typeof Sha256>;
