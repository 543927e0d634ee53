import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = new URL('../../../node_modules/.cache/inspircd/', import.meta.url).pathname;
const START_MS = 10_000;

/** Debian's package, installed or unpacked by `scripts/get-inspircd.sh`; undefined where there is none. */
export function findInspircd(): { readonly program: string; readonly modules: string } | undefined {
  return [CACHE, '/']
    .map((root) => ({
      program: join(root, 'usr/sbin/inspircd'),
      modules: join(root, 'usr/lib/inspircd/modules'),
    }))
    .find(({ program }) => existsSync(program));
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of it, lower-case hex. */
  readonly fingerprint: string;
}

/** A certificate that nobody vouches for, made anew by the openssl of the machine. */
export async function selfSigned(dir: string): Promise<Certificate> {
  await mkdir(dir, { recursive: true });
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=irc.test', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-days', '2', '-keyout', keyFile, '-out', certFile];
  await run('openssl', ['req', ...kind, ...subject, ...files]);
  const shown = await run('openssl', [
    'x509',
    '-in',
    certFile,
    '-noout',
    '-fingerprint',
    '-sha256',
  ]);
  const fingerprint = (shown.stdout.split('=')[1] ?? '').trim().replaceAll(':', '').toLowerCase();
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
  return { key, cert, fingerprint };
}

export interface Inspircd {
  readonly port: number;
  readonly kill: () => Promise<void>;
}

/**
 * InspIRCd 3 over TLS on loopback, with the capabilities that the relay uses and with channel history (mode H); it tells of itself in
 * `<dir>/inspircd.log`. @throws when it does not listen within 10 s
 */
export async function startInspircd({
  dir,
  port = 0,
  limits = 'none',
}: {
  readonly dir: string;
  readonly port?: number;
  /** `usual`: kills who floods, as networks do. */
  readonly limits?: 'none' | 'usual';
}): Promise<Inspircd> {
  const found = findInspircd();
  if (found === undefined) throw new Error('No InspIRCd here: run scripts/get-inspircd.sh.');
  const own = port === 0 ? await freePort() : port;
  const config = join(dir, 'inspircd.conf');
  await writeFile(config, configOf({ dir, port: own, modules: found.modules, limits }));
  const child = spawn(found.program, ['--nofork', '--runasroot', '--config', config], {
    cwd: dir,
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const giveUp = Date.now() + START_MS;
  while (!(await listens(own))) {
    if (Date.now() > giveUp || child.exitCode !== null)
      throw new Error(`InspIRCd does not listen on ${own}: see ${join(dir, 'inspircd.log')}.`);
    await sleep(30);
  }
  return {
    port: own,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const MODULES = [
  'cap',
  'ssl_gnutls',
  'ircv3',
  'ircv3_accounttag',
  'ircv3_batch',
  'ircv3_capnotify',
  'ircv3_ctctags',
  'ircv3_echomessage',
  'ircv3_labeledresponse',
  'ircv3_msgid',
  'ircv3_servertime',
  'services_account',
  'chanhistory',
];

/** Whoever says `OPER op op`, on loopback: bans are an operator's to set. https://docs.inspircd.org/3/configuration/ */
function configOf(options: {
  readonly dir: string;
  readonly port: number;
  readonly modules: string;
  readonly limits: 'none' | 'usual';
}): string {
  const { dir, port, modules, limits } = options;
  const flood =
    limits === 'none'
      ? 'commandrate="1000000" threshold="1000000" fakelag="no" recvq="1048576" softsendq="8388608" hardsendq="16777216"'
      : 'commandrate="1000" threshold="10" fakelag="yes" recvq="8192" softsendq="8192" hardsendq="1048576"';
  return `<path moduledir="${modules}" configdir="${dir}" datadir="${dir}" logdir="${dir}" runtimedir="${dir}">
<server name="irc.test" description="tests" network="test" id="1VI">
<dns server="127.0.0.1">
<admin name="viva" email="nobody@irc.test" nick="nobody">
<options casemapping="rfc1459" prefixquit="Quit: " defaultmodes="notH 4000:10m">
<performance netbuffersize="65536" softlimit="12800" somaxconn="1024">
<security hidewhois="" runasuser="">
${MODULES.map((module) => `<module name="${module}">`).join('\n')}
<chanhistory maxlines="4000" prefixmsg="no" bots="yes">
<class name="all" commands="*" privs="*">
<type name="op" classes="all">
<insane hostmasks="yes" ipmasks="yes">
<oper name="op" password="op" host="*@*" type="op">
<sslprofile name="tls" provider="gnutls" certfile="${dir}/cert.pem" keyfile="${dir}/key.pem">
<bind address="127.0.0.1" port="${port}" type="clients" sslprofile="tls">
<connect name="all" allow="*" timeout="20" pingfreq="30" resolvehostnames="no" useident="no" localmax="5000" globalmax="5000" maxchans="100" ${flood}>
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="inspircd.log">
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return address.port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
