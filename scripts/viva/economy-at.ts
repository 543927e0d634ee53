import { resolve } from 'node:path';
import { CREDENTIALS } from '../local/cloud/aws.ts';
import {
  type Clients,
  type Connection,
  connect,
  readConnection,
} from '../local/economy/connection.ts';

/** @throws CannotStart when no economy runs in `dir` */
export async function economyAt(
  dir: string,
): Promise<{ readonly connection: Connection; readonly clients: Clients }> {
  const connection = await readConnection(resolve(dir));
  return { connection, clients: connect(connection, CREDENTIALS) };
}
