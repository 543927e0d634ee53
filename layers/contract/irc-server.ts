import * as z from 'zod';
import { AgentId } from './ids.ts';

/** `host:port`, e.g. `irc.example.org:6697`; an IPv6 address stands in brackets. */
export const IrcServer = z.string().transform((text, context) => {
  const [, bracketed, plain, digits] =
    /^(?:\[([\da-fA-F:]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no IRC server: write host:port, such as irc.example.org:6697.`,
  });
  return z.NEVER;
});
export type IrcServer = z.infer<typeof IrcServer>;

/** SHA-256 of a certificate in DER, as `openssl x509 -fingerprint -sha256` prints it, with or without colons; lower-case hex inside. */
export const Fingerprint = z
  .string()
  .transform((text) => text.trim().replaceAll(':', '').toLowerCase())
  .pipe(
    z.string().regex(/^[0-9a-f]{64}$/, {
      error:
        'A fingerprint is the SHA-256 of a certificate: 64 hex digits, with or without colons.',
    }),
  );

/** Services accounts by agent, the relay's own secret; an agent that is missing connects without one. */
export const IrcCredentials = z.partialRecord(
  AgentId,
  z.object({ account: z.string().min(1).max(100), password: z.string().min(1).max(300) }),
);
export type IrcCredentials = z.infer<typeof IrcCredentials>;

/** Name in Secrets Manager of IrcCredentials. */
export function ircCredentialsName(stage: string): string {
  return `economia-viva/${stage}/irc`;
}
