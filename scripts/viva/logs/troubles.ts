import { S3ServiceException } from '@aws-sdk/client-s3';
import { CannotStart } from '../../local/cloud/cannot-start.ts';

const OF_FILES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENOENT: 'it is gone',
  EISDIR: 'it is a folder now',
  EIO: 'the disk fails to read it',
  ENAMETOOLONG: 'its name is too long',
  KeyTooLongError: 'its name is longer than the 1,024 bytes that S3 takes',
  Shrunk: 'it became shorter while it was read: upload it again',
};

/** Why one file cannot be uploaded, if that says nothing of the others. */
export function fileTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return OF_FILES[error.name] ?? OF_FILES[codeOf(error)];
}

type Remedy = (where: string, message: string) => string;

const forbidden: Remedy = (where) =>
  `${where} refuses these AWS credentials: they need s3:ListBucket, s3:GetObject, s3:PutObject and the listing of multipart uploads there.`;
const unknown: Remedy = (where) =>
  `${where} does not know these AWS credentials: sign in again, or set AWS_PROFILE to a profile that may write there.`;
const elsewhere: Remedy = (where) =>
  `${where} is in another region than AWS_REGION says: set AWS_REGION to the region of the stage.`;
const away: Remedy = (where, message) =>
  `${where} does not answer (${message}): check that it runs and that this machine reaches it, then start again; what is stored is not sent twice.`;

const OF_BUCKETS: Readonly<Record<string, Remedy>> = {
  NoSuchBucket: (where) =>
    `${where} does not exist: the output DataBucket of the stage has its name.`,
  InvalidBucketName: (where) => `${where} is no name of a bucket: see the outputs of the stage.`,
  AccessDenied: forbidden,
  Forbidden: forbidden,
  InvalidAccessKeyId: unknown,
  SignatureDoesNotMatch: unknown,
  ExpiredToken: unknown,
  InvalidToken: unknown,
  TokenRefreshRequired: unknown,
  PermanentRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  CredentialsProviderError: () =>
    'No AWS credentials were found: sign in with `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ECONNREFUSED: away,
  ECONNRESET: away,
  ENOTFOUND: away,
  EAI_AGAIN: away,
  EHOSTUNREACH: away,
  ENETUNREACH: away,
  ETIMEDOUT: away,
  TimeoutError: away,
};

/** Turns what a person can do something about into a sentence; any other error stays as it is. `where` begins the sentence. */
export function bucketTrouble(error: unknown, where: string): unknown {
  if (!(error instanceof Error)) return error;
  const remedy = OF_BUCKETS[error.name] ?? OF_BUCKETS[codeOf(error)];
  if (remedy !== undefined) return new CannotStart(remedy(where, error.message), { cause: error });
  if (/^Region (?:is missing|not accepted)/.test(error.message))
    return new CannotStart(
      'AWS_REGION names no region: set AWS_REGION to the region of the stage, such as us-east-1.',
      { cause: error },
    );
  if (!(error instanceof S3ServiceException)) return error;
  const { httpStatusCode } = error.$metadata;
  if (httpStatusCode === 403) return new CannotStart(forbidden(where, ''), { cause: error });
  if (httpStatusCode === 301) return new CannotStart(elsewhere(where, ''), { cause: error });
  return error;
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
