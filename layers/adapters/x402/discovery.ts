/**
 * Extension `bazaar` of x402 v2: how a GET without parameters is called and what it answers, for catalogues of paid doors.
 * https://github.com/coinbase/x402/blob/main/specs/extensions/bazaar.md
 */
export function discovery(example: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    bazaar: {
      info: {
        input: { type: 'http', method: 'GET' },
        output: { type: 'json', example },
      },
      schema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          input: {
            type: 'object',
            properties: {
              type: { type: 'string', const: 'http' },
              method: { type: 'string', enum: ['GET'] },
            },
            required: ['type', 'method'],
            additionalProperties: false,
          },
          output: {
            type: 'object',
            properties: { type: { type: 'string' }, example: { type: 'object' } },
            required: ['type'],
          },
        },
        required: ['input'],
      },
    },
  };
}
