import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { arn } from './aws.ts';
import { CannotStart } from './cannot-start.ts';
import { listen, readBody, sendJson } from './http.ts';

const Stored = z.object({
  arn: z.string(),
  description: z.string().optional(),
  createdAt: z.number(),
  changedAt: z.number(),
  versionId: z.string().optional(),
  secretString: z.string().optional(),
  secretBinary: z.string().optional(),
});
type Stored = z.infer<typeof Stored>;
const File = z.record(z.string(), Stored);

const Request = z.object({
  SecretId: z.string().optional(),
  Name: z.string().optional(),
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
  ClientRequestToken: z.string().optional(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
});
type Request = z.infer<typeof Request>;

/** Secrets Manager on loopback; the newest value (AWSCURRENT) of each secret is kept in `<dir>/secrets.json`, readable by its owner alone. */
export interface Secrets {
  readonly url: string;
  readonly port: number;
  /** Makes the secret unless it is there; an existing value is never overwritten. */
  readonly ensure: (name: string, secretString?: string) => void;
  readonly arnOf: (name: string) => string;
  /** The current value by name or ARN. */
  readonly valueOf: (id: string) => string | undefined;
  readonly close: () => Promise<void>;
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html: six operations, JSON 1.1 */
export async function startSecrets({
  port,
  dir,
}: {
  readonly port?: number;
  readonly dir: string;
}): Promise<Secrets> {
  const store = openStore(join(dir, 'secrets.json'));
  const server = await listen((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    readBody(request, 1_000_000)
      .then((body) => {
        const input = Request.parse(JSON.parse(body?.toString('utf8') ?? '{}'));
        sendJson(response, 200, { body: operate(store, target, input), headers: JSON_11 });
      })
      .catch((error: unknown) => {
        const refused = error instanceof Refusal;
        const type = refused ? error.type : 'InternalServiceError';
        const message = error instanceof Error ? error.message : String(error);
        sendJson(response, refused ? 400 : 500, {
          body: { __type: type, message },
          headers: JSON_11,
        });
      });
  }, port);
  return {
    url: server.url,
    port: server.port,
    ensure: (name, secretString) => {
      if (!store.get(name))
        operate(store, 'secretsmanager.CreateSecret', { Name: name, SecretString: secretString });
    },
    arnOf,
    valueOf: (id) => store.get(id)?.[1].secretString,
    close: server.close,
  };
}

const JSON_11 = { 'content-type': 'application/x-amz-json-1.1' } as const;

function operate(store: Store, target: string, input: Request): object {
  switch (target.replace('secretsmanager.', '')) {
    case 'CreateSecret':
      return create(store, input);
    case 'GetSecretValue':
      return value(store, input);
    case 'PutSecretValue':
      return put(store, input);
    case 'DescribeSecret':
      return description(found(store, input));
    case 'ListSecrets':
      return { SecretList: store.all().map(description) };
    case 'DeleteSecret': {
      const [name, secret] = found(store, input);
      store.set(name, undefined);
      return { ARN: secret.arn, Name: name, DeletionDate: Date.now() / 1000 };
    }
    default:
      throw new Refusal(
        'UnknownOperationException',
        `The local cloud does not serve ${target || 'a request without x-amz-target'}.`,
      );
  }
}

function create(store: Store, input: Request): object {
  const name = input.Name ?? '';
  if (name === '')
    throw new Refusal('InvalidParameterException', 'You must provide a name for the secret.');
  if (store.get(name)) {
    throw new Refusal(
      'ResourceExistsException',
      `The operation failed because the secret ${name} already exists.`,
    );
  }
  const now = Date.now() / 1000;
  const secret = {
    arn: arnOf(name),
    description: input.Description,
    createdAt: now,
    changedAt: now,
  };
  return saved(store, [name, { ...secret, ...newValue(input) }]);
}

function put(store: Store, input: Request): object {
  const [name, secret] = found(store, input);
  const { secretString: _, secretBinary: __, ...rest } = secret;
  const version = newValue(input);
  if (!version.versionId) {
    throw new Refusal(
      'InvalidParameterException',
      'You must provide either SecretString or SecretBinary.',
    );
  }
  return {
    ...saved(store, [name, { ...rest, changedAt: Date.now() / 1000, ...version }]),
    VersionStages: CURRENT,
  };
}

function saved(store: Store, [name, secret]: readonly [string, Stored]): object {
  store.set(name, secret);
  return { ARN: secret.arn, Name: name, VersionId: secret.versionId };
}

function newValue(input: Request): Pick<Stored, 'versionId' | 'secretString' | 'secretBinary'> {
  if (input.SecretString === undefined && input.SecretBinary === undefined) return {};
  return {
    versionId: input.ClientRequestToken ?? randomUUID(),
    secretString: input.SecretString,
    secretBinary: input.SecretBinary,
  };
}

const CURRENT = ['AWSCURRENT'] as const;

function value(store: Store, input: Request): object {
  const [name, secret] = found(store, input);
  const wanted = input.VersionStage ?? 'AWSCURRENT';
  const isOther = input.VersionId !== undefined && input.VersionId !== secret.versionId;
  if (secret.versionId === undefined || wanted !== 'AWSCURRENT' || isOther) {
    throw new Refusal(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${wanted}`,
    );
  }
  return {
    ARN: secret.arn,
    Name: name,
    VersionId: secret.versionId,
    VersionStages: CURRENT,
    SecretString: secret.secretString,
    SecretBinary: secret.secretBinary,
    CreatedDate: secret.changedAt,
  };
}

function description([name, secret]: readonly [string, Stored]): object {
  return {
    ARN: secret.arn,
    Name: name,
    Description: secret.description,
    CreatedDate: secret.createdAt,
    LastChangedDate: secret.changedAt,
    VersionIdsToStages: secret.versionId ? { [secret.versionId]: CURRENT } : {},
  };
}

function found(store: Store, { SecretId = '' }: Request): readonly [string, Stored] {
  const secret = store.get(SecretId);
  if (!secret)
    throw new Refusal(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    );
  return secret;
}

/** AWS adds six random characters; here they are always the same, so that a restart changes no ARN. */
function arnOf(name: string): string {
  return arn('secretsmanager', `secret:${name}-000000`);
}

interface Store {
  /** By name or ARN. */
  readonly get: (id: string) => readonly [string, Stored] | undefined;
  readonly all: () => readonly (readonly [string, Stored])[];
  /** Durable when it returns; undefined removes. */
  readonly set: (name: string, secret: Stored | undefined) => void;
}

function openStore(file: string): Store {
  const secrets = new Map(Object.entries(readStore(file)));
  return {
    get: (id) => [...secrets].find(([name, secret]) => name === id || secret.arn === id),
    all: () => [...secrets],
    set: (name, secret) => {
      const before = secrets.get(name);
      if (secret) secrets.set(name, secret);
      else secrets.delete(name);
      try {
        writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(secrets)), {
          mode: 0o600,
          flush: true,
        });
        renameSync(`${file}.new`, file);
      } catch (error) {
        if (before) secrets.set(name, before);
        else secrets.delete(name);
        throw error;
      }
    },
  };
}

function readStore(file: string): z.infer<typeof File> {
  try {
    return File.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new CannotStart(
      `${file} cannot be read as secrets: put back a good copy, or remove it and lose the values in it.`,
      { cause: error },
    );
  }
}
