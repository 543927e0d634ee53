import * as z from 'zod';

const Thrown = z.object({
  statusCode: z.number(),
  body: z.looseObject({ __type: z.string(), message: z.string().optional() }),
});

const NAMESPACE = 'com.amazonaws.dynamodb.v20120810#';

/** A refusal as DynamoDB words it: `body` is what goes over the wire. */
export class DynamoError extends Error {
  readonly statusCode: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.statusCode = code === 'InternalServerError' ? 500 : 400;
    this.body = { __type: code.includes('#') ? code : NAMESPACE + code, message, ...more };
  }

  /** The short name, e.g. `ConditionalCheckFailedException`. */
  get code(): string {
    return z.string().parse(this.body['__type']).split('#').at(-1) ?? '';
  }

  /** dynalite's error as ours; anything that is not a refusal stays the bug it is. */
  static from(error: unknown): Error {
    if (error instanceof DynamoError) return error;
    const thrown = Thrown.safeParse(error);
    if (!thrown.success)
      return error instanceof Error ? error : new Error('dynalite failed', { cause: error });
    const { __type, message = '', ...more } = thrown.data.body;
    return new DynamoError(__type, message, more);
  }
}

export const validationError = (message: string): DynamoError =>
  new DynamoError('com.amazon.coral.validate#ValidationException', message);
