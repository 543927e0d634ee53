import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Call, type Units, unitsOf } from '../../../scripts/cost/units.ts';

/** Counts what a client asks for. */
export function counting(client: DynamoDBDocumentClient): Units {
  const units: Units = { writes: 0, reads: 0 };
  client.middlewareStack.add(
    (next, { commandName = '' }: { readonly commandName?: string }) =>
      (args) => {
        const operation = commandName.replace(/Command$/, '');
        // a scan is a test's own look
        const cost = operation === 'Scan' ? undefined : unitsOf(operation, args.input as Call);
        if (cost === undefined && operation !== 'Scan')
          throw new Error(`Nobody has said what ${operation} costs.`);
        units.writes += cost?.writes ?? 0;
        units.reads += cost?.reads ?? 0;
        return next(args);
      },
    { step: 'initialize', name: 'countUnits' },
  );
  return units;
}
