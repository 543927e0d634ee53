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

/** 20-byte EVM address, any case on the way in, lower-case inside. */
export const Address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((address): `0x${string}` => `0x${address.slice(2).toLowerCase()}`);
export type Address = z.infer<typeof Address>;

/** 32-byte hash of a mined or pending transaction. EM may answer a placeholder that is none: parse before use. */
export const TxHash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((hash): `0x${string}` => `0x${hash.slice(2).toLowerCase()}`);
export type TxHash = z.infer<typeof TxHash>;

/** Arbitrary 0x-prefixed bytes. */
export const Hex = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((hex): `0x${string}` => `0x${hex.slice(2)}`);
export type Hex = z.infer<typeof Hex>;

/** Lower-case sha256 in hex, 64 characters. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256 = z.infer<typeof Sha256>;
