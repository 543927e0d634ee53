import * as z from 'zod';
import { Address, AgentId } from './ids.ts';
import { Fingerprint, IrcServer } from './irc-server.ts';
import { NetworkName } from './networks.ts';
import { Owners } from './owners.ts';
import { TalkLimits } from './talk.ts';

/** The environment that a room's construct owes: leaving one variable out is a compile error. */
export type EnvOf<Schema extends z.ZodType> = Record<keyof z.input<Schema> & string, string>;

const name = z.string().min(1);
const stage = { STAGE: name };
/** Which chain, and how to reach it. Addresses of contracts follow from the network's name. */
const chain = { NETWORK: NetworkName, RPC_URL: z.url() };

export const HeartbeatEnv = z.object({
  ...stage,
  ...chain,
  /** Whose beats the function is for: its wallet's secret is opened at the start, by its name (walletSecretName). */
  AGENT_ID: AgentId,
  /** Between two beats of every agent. */
  BEAT_SECONDS: z.coerce.number().int().positive(),
  /** Decimal ERC-8004 id that its wallet holds already; empty when it has none, and registers one. */
  AGENT_IDENTITY: z.string().regex(/^\d*$/),
  ECONOMY_TABLE: name,
  DATA_BUCKET: name,
  IRC_OUT_QUEUE_URL: z.url(),
  WAKE_QUEUE_URL: z.url(),
  MARKET_URL: z.url(),
  /** The door that a seller goes through, and where the one over MCP is. */
  MARKET_WORKER: z.enum(['rest', 'mcp']),
  MARKET_MCP_URL: z.url(),
  /** Whose limits the market keeps: `em` makes the swarm share one bucket of requests. */
  MARKET_LIMITS: z.enum(['own', 'em']),
  STOREFRONT_URL: z.url(),
  FACILITATOR_URL: z.url(),
  /** Comma-separated hosts (`host[:port]`) that a delivery may redirect to. */
  DELIVERY_HOSTS: name,
  /** IANA zone of the stream: products speak of its days and hours. */
  LOG_TIME_ZONE: name,
  /** TalkLimits as JSON; what is left out is the default. */
  TALK_LIMITS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(TalkLimits),
});

export const CollectLogsEnv = z.object({
  ...stage,
  ECONOMY_TABLE: name,
  DATA_BUCKET: name,
  WAKE_QUEUE_URL: z.url(),
  /** The queue that feeds the room: what one invocation leaves unfinished goes back into it. */
  UPLOADS_QUEUE_URL: z.url(),
  /** IANA zone of local wall clocks in the logs. */
  LOG_TIME_ZONE: name,
});

export const MarketEnv = z.object({
  ...stage,
  ...chain,
  MARKET_TABLE: name,
  WALLET_SECRET: name,
  FACILITATOR_URL: z.url(),
});

export const FacilitatorEnv = z.object({
  ...stage,
  ...chain,
  MARKET_TABLE: name,
  WALLET_SECRET: name,
  /** Whose ERC-8128 signature may release and refund: the market's. */
  MARKET_ADDRESS: Address,
});

export const StorefrontEnv = z.object({
  ...stage,
  ...chain,
  ECONOMY_TABLE: name,
  DATA_BUCKET: name,
  FACILITATOR_URL: z.url(),
  WAKE_QUEUE_URL: z.url(),
  /** Its own address, without a slash at the end. */
  STOREFRONT_URL: z.url(),
});

/** `FUNCTIONS` maps agent ids to function names: JSON `{ "<agentId>": "<function name>" }`. */
export const WakeEnv = z.object({ ...stage, FUNCTIONS: name });

/** Without a secret, a table or an object: it only speaks. */
export const AlarmLinesEnv = z.object({ ...stage, IRC_OUT_QUEUE_URL: z.url() });

export const IrcCommandsEnv = z.object({
  ...stage,
  ECONOMY_TABLE: name,
  IRC_OUT_QUEUE_URL: z.url(),
  WAKE_QUEUE_URL: z.url(),
  REPLY_QUEUE_URL: z.url(),
  /** Name in Secrets Manager of CommandKey; without a value no signature holds. */
  COMMAND_KEY_SECRET: name,
  /** Who may give privileged commands, by commas: `account:<services account>`, or `user@host` with `*` for anything. Empty: nobody. */
  COMMAND_OWNERS: Owners,
});

/** No secret: who audits cannot sign. */
export const ReconcileEnv = z.object({
  ...stage,
  ...chain,
  ECONOMY_TABLE: name,
  WAKE_QUEUE_URL: z.url(),
  MARKET_URL: z.url(),
});

export const IrcRelayEnv = z.object({
  ...stage,
  ECONOMY_TABLE: name,
  DATA_BUCKET: name,
  IRC_OUT_QUEUE_URL: z.url(),
  /** Dead letters of the queue before it: what cannot be said is put there with its reason. */
  IRC_DEAD_QUEUE_URL: z.url(),
  COMMAND_QUEUE_URL: z.url(),
  WAKE_QUEUE_URL: z.url(),
  /** Comma-separated `host:port` of one network; the next is tried when one cannot be reached. */
  IRC_SERVERS: z
    .string()
    .transform((list) => list.split(',').map((server) => server.trim()))
    .pipe(z.tuple([IrcServer], IrcServer)),
  /** Comma-separated SHA-256 fingerprints of certificates, for servers that no authority vouches for; empty: authorities vouch. */
  IRC_FINGERPRINTS: z
    .string()
    .transform((list) => list.split(',').filter((one) => one.trim() !== ''))
    .pipe(z.array(Fingerprint)),
  /** `on` verifies certificates; `off` is for the local plain server only. */
  IRC_TLS: z.enum(['on', 'off']),
  /** `patient` keeps the flood limits of networks of strangers. */
  IRC_TEMPER: z.enum(['patient', 'quick']),
  /** Name in Secrets Manager of IrcCredentials; a secret without a value means none. */
  IRC_CREDENTIALS_SECRET: name,
  /** A folder of its own: what was heard and is not yet where it belongs, and the file that tells its health. */
  RELAY_DIR: name,
  /** How often what was said goes to the log. */
  LOG_EVERY_SECONDS: z.coerce.number().int().positive(),
});
export type IrcRelayEnv = z.infer<typeof IrcRelayEnv>;
