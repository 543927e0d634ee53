import { type Certificate, selfSigned, startInspircd } from '../../local/irc/inspircd.ts';
import { startIrcd } from '../../local/irc/server.ts';

export type IrcdKind = 'embedded' | 'inspircd';

/** A server that can be killed and started again at the same port, over TLS. */
export interface KillableIrcd {
  readonly port: number;
  readonly certificate: Certificate;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

export async function startKillable(
  kind: IrcdKind,
  dir: string,
  more: {
    /** Of the embedded one alone: passwords of services accounts. */
    readonly accounts?: ReadonlyMap<string, string>;
  } = {},
): Promise<KillableIrcd> {
  const certificate = await selfSigned(dir);
  const begin = async (port: number): Promise<{ port: number; kill: () => Promise<void> }> => {
    if (kind === 'inspircd') return startInspircd({ dir, port });
    const ircd = await startIrcd({ port, tls: certificate, ...more });
    return { port: ircd.port, kill: () => ircd.stop() };
  };
  let running = await begin(0);
  const { port } = running;
  return {
    port,
    certificate,
    kill: () => running.kill(),
    start: async () => {
      running = await begin(port);
    },
  };
}
