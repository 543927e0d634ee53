import { agentPk, bucketKey, economyKey, SALES } from '#contract/keys.ts';
import { type Agent, COLLECTOR, ROSTER } from '#contract/roster.ts';

/** Who may do what to which targets, by their names. */
export interface Right {
  readonly who: string;
  readonly may: string;
  readonly to: readonly string[];
}

const READ = 'dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query';
const ITEMS = `${READ} dynamodb:ConditionCheckItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem`;
const PUT = 'dynamodb:PutItem';
/** What the construct library means by sending: the attributes tell nothing of messages. */
const SEND = 'sqs:SendMessage sqs:GetQueueAttributes sqs:GetQueueUrl';
const RECEIVE =
  'sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:GetQueueAttributes sqs:GetQueueUrl';
const SECRET = 'secretsmanager:GetSecretValue';
const INVOKE = 'lambda:InvokeFunction';
const OWN_LOG = 'logs:CreateLogStream logs:PutLogEvents';
const READ_OBJECTS = 's3:GetObject';
const KEEP_OBJECTS = 's3:GetObject s3:PutObject s3:AbortMultipartUpload';

const everyAgent = ROSTER.map(({ id }) => id);
const partition = (pk: string) => `economy ${pk}`;
const agents = (...ids: readonly Agent['id'][]) => ids.map((id) => partition(agentPk(id)));
const pulses = (...ids: readonly Agent['id'][]) =>
  ids.map((id) => partition(economyKey.pulse(id).pk));
const CORPUS = [partition(economyKey.corpusVersion(COLLECTOR).pk)];
const OPT_OUTS = [partition(economyKey.corpusOptOuts(COLLECTOR).pk)];
const HALT = [partition(economyKey.halt().pk)];
const SWITCH = [partition(economyKey.rosterEntry(COLLECTOR).pk)];
const folders = (id: string, ...names: readonly string[]) => names.map((name) => `${id}/${name}/`);
const seenBy = (room: string) => [partition(economyKey.seen(room, '').pk)];
const whoSell = ROSTER.filter(({ sells, role }) => sells.length > 0 || role === 'validator').map(
  ({ id }) => id,
);

/**
 * Design section 4, as data: the only things that anybody may do. In words, for the wide ones: reconcile reads all agents and mends
 * nothing; the relay and the storefront leave notes with agents and read none of them; a market has its own table to itself.
 */
export function rightsIn({ isOwnMarket, isShared }: StageFacts): readonly Right[] {
  return [
    ...ROSTER.flatMap((agent) => rightsOf(agent, isShared)),
    { who: 'collect-logs', may: ITEMS, to: CORPUS },
    ...objects('collect-logs', READ_OBJECTS, folders(COLLECTOR, 'logs')),
    ...objects('collect-logs', `${KEEP_OBJECTS} s3:DeleteObject`, folders(COLLECTOR, 'corpus')),
    ...objects('collect-logs', KEEP_OBJECTS, folders(COLLECTOR, 'quarantine')),
    { who: 'collect-logs', may: READ_OBJECTS, to: ['objects kk-karma-hello/logs/irc/'] },
    { who: 'collect-logs', may: SEND, to: ['queue WakeQueue'] },
    { who: 'collect-logs', may: `${SEND} ${RECEIVE}`, to: ['queue UploadsQueue'] },
    { who: 'storefront', may: ITEMS, to: [...seenBy('storefront'), partition(SALES)] },
    { who: 'storefront', may: 'dynamodb:GetItem', to: SWITCH },
    { who: 'storefront', may: PUT, to: agents(...whoSell) },
    ...everyAgent.flatMap((id) =>
      objects('storefront', READ_OBJECTS, folders(id, 'products', 'deliveries')),
    ),
    { who: 'storefront', may: SEND, to: ['queue WakeQueue'] },
    { who: 'wake', may: RECEIVE, to: ['queue WakeQueue'] },
    { who: 'wake', may: INVOKE, to: everyAgent.map((id) => `function heartbeat-${id}`) },
    { who: 'reconcile', may: READ, to: [...agents(...everyAgent), ...SWITCH] },
    { who: 'reconcile', may: ITEMS, to: seenBy('reconcile') },
    { who: 'reconcile', may: SEND, to: ['queue WakeQueue'] },
    { who: 'alarm-lines', may: SEND, to: ['queue OutQueue'] },
    // neither an agent's partition, nor a wallet, nor an object
    { who: 'irc-commands', may: ITEMS, to: seenBy('irc-commands') },
    { who: 'irc-commands', may: `dynamodb:GetItem ${PUT} dynamodb:DeleteItem`, to: HALT },
    { who: 'irc-commands', may: 'dynamodb:GetItem dynamodb:UpdateItem', to: OPT_OUTS },
    { who: 'irc-commands', may: 'dynamodb:BatchGetItem', to: pulses(...everyAgent) },
    ...secret('irc-commands', 'commands'),
    {
      who: 'irc-commands',
      may: SEND,
      to: ['queue WakeQueue', 'queue OutQueue', 'queue RepliesQueue'],
    },
    { who: 'irc-commands', may: RECEIVE, to: ['queue CommandsQueue'] },
    { who: 'irc-relay', may: PUT, to: agents(...everyAgent) },
    {
      who: 'irc-relay',
      may: `${PUT} dynamodb:DeleteItem`,
      to: [partition(economyKey.nick(COLLECTOR).pk), ...seenBy('irc-relay')],
    },
    // no listing: it only ever adds what it heard
    {
      who: 'irc-relay',
      may: 's3:PutObject s3:AbortMultipartUpload',
      to: ['objects kk-karma-hello/logs/irc/'],
    },
    ...secret('irc-relay', 'irc'),
    {
      who: 'irc-relay',
      may: SEND,
      to: ['queue WakeQueue', 'queue CommandsQueue', 'queue OutDeadQueue'],
    },
    { who: 'irc-relay', may: RECEIVE, to: ['queue OutQueue'] },
    { who: 'start of irc-relay', may: OWN_LOG, to: ['log irc-relay'] },
    { who: 'start of irc-relay', may: PULL_IMAGE, to: ['images'] },
    // a login at the registry names no resource
    { who: 'start of irc-relay', may: 'ecr:GetAuthorizationToken', to: ['images', 'any registry'] },
    ...ROOMS.map((room) => ({ who: room, may: OWN_LOG, to: [`log ${room}`] })),
    ...['collect-logs', 'reconcile'].map(scheduled),
    ...(isOwnMarket ? MARKET : []),
  ];
}

export interface StageFacts {
  /** Market and facilitator are ours. */
  readonly isOwnMarket: boolean;
  /** All agents share one bucket of requests. */
  readonly isShared: boolean;
}

const ROOMS = ['alarm-lines', 'collect-logs', 'irc-commands', 'storefront', 'wake', 'reconcile'];
const PULL_IMAGE = 'ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage';

const MARKET: readonly Right[] = [
  { who: 'market', may: ITEMS, to: ['market *'] },
  { who: 'market', may: 'dynamodb:Query', to: ['market/open *'] },
  { who: 'facilitator', may: ITEMS, to: ['market FACILITATOR', 'market NONCE#facilitator#n'] },
  ...['market', 'facilitator'].flatMap((who) => [
    ...secret(who, `wallet/${who}`),
    { who, may: OWN_LOG, to: [`log ${who}`] },
  ]),
  scheduled('market'),
];

function rightsOf({ id, role, sells }: Agent, isShared: boolean): readonly Right[] {
  const who = `heartbeat-${id}`;
  return [
    { who, may: ITEMS, to: agents(id) },
    { who, may: PUT, to: pulses(id) },
    ...(role === 'coordinator'
      ? [
          { who, may: 'dynamodb:BatchGetItem', to: pulses(...everyAgent) },
          // no reading: it writes a report over the last
          { who, may: 's3:PutObject s3:AbortMultipartUpload', to: [`objects ${id}/reports/`] },
        ]
      : []),
    { who, may: READ, to: [...CORPUS, ...OPT_OUTS, ...SWITCH, ...HALT] },
    ...(isShared ? [{ who, may: 'dynamodb:UpdateItem', to: [partition(bucketKey('em').pk)] }] : []),
    ...objects(who, KEEP_OBJECTS, folders(id, 'products', 'states', 'purchases', 'deliveries')),
    ...(sells.length > 0 ? [{ who, may: 's3:DeleteObject', to: [`objects ${id}/states/`] }] : []),
    ...(role === 'collector' || role === 'validator'
      ? objects(who, READ_OBJECTS, folders(COLLECTOR, 'corpus'))
      : []),
    ...secret(who, `wallet/${id}`),
    { who, may: SEND, to: ['queue WakeQueue', 'queue OutQueue', 'queue LostBeatsQueue'] },
    { who, may: OWN_LOG, to: [`log ${who}`] },
    scheduled(who),
    { who: `schedule of ${who}`, may: 'sqs:SendMessage', to: ['queue LostBeatsQueue'] },
  ];
}

/**
 * Objects in these folders of an agent. Who may read may list them: and, because S3 tells only a lister that an object is absent, and
 * that check names no prefix, may list without one. That shows names, never bodies.
 */
function objects(who: string, may: string, paths: readonly string[]): readonly Right[] {
  return [
    { who, may, to: paths.map((path) => `objects ${path}`) },
    {
      who,
      may: 's3:ListBucket',
      to: ['bucket (no prefix)', ...paths.map((path) => `bucket ${path}`)],
    },
  ];
}

/** The key opens this secret for Secrets Manager, on behalf of who may read it. */
function secret(who: string, name: string): readonly Right[] {
  return [
    { who, may: SECRET, to: [`secret ${name}`] },
    { who, may: 'kms:Decrypt', to: [`key of ${name}`] },
  ];
}

function scheduled(name: string): Right {
  return { who: `schedule of ${name}`, may: INVOKE, to: [`function ${name}`] };
}
