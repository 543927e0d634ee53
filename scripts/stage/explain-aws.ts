import { CannotStart } from '../local/cloud/cannot-start.ts';

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /CredentialsProviderError|CredentialsError|NoCredentials/,
    'No AWS credentials were found: run `aws configure sso` or `aws sso login`, or set AWS_PROFILE.',
  ],
  [
    /ExpiredToken|TokenRefreshRequired|RequestExpired/,
    'The AWS credentials have expired: sign in again (`aws sso login`).',
  ],
  [
    /UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|AuthFailure/,
    'AWS does not know these credentials: set AWS_PROFILE to those of the account of this stage.',
  ],
  [
    /AccessDenied|UnauthorizedOperation|NotAuthorized/,
    'These AWS credentials may not do this: take a role that may deploy the stage.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|TimeoutError|ENETUNREACH/,
    'AWS cannot be reached from here: check network and proxy.',
  ],
];

/** What a person can mend of what the AWS SDK says, as one sentence; anything else stays as it is. */
export function explainAws(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const words = `${error.name} ${code} ${error.message}`;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(words))?.[1];
  return remedy === undefined ? error : new CannotStart(remedy, { cause: error });
}
