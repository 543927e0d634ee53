/** Names that every part of the local cloud agrees on. The key pair is a dummy: it opens nothing but loopback servers. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
export const PARTITION = 'aws';
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local-secret' } as const;

/** `arn:aws:<service>:us-east-1:000000000000:<resource>` */
export function arn(service: string, resource: string): string {
  return `arn:${PARTITION}:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** The last part of an ARN: a queue's, function's or bucket's name. */
export function nameOf(arnOrName: string): string {
  return arnOrName.split(':').at(-1) ?? arnOrName;
}
