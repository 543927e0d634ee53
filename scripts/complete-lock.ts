import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';

const HELP = `Completes package-lock.json with packages for other platforms.

  node scripts/complete-lock.ts

A registry mirror may lack the binaries of platforms other than its own. npm then leaves them out of the lockfile, and \`npm ci\`
refuses that lockfile as out of step. They are named here by version and platform, without a hash: npm skips them where they do
not fit and asks the user's registry for them where they do. Run it after every \`npm install\`.
`;

const Package = z.looseObject({
  version: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Package) });

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS: Readonly<Record<string, string>> = {
  amd64: 'x64',
  arm: 'arm',
  arm64: 'arm64',
  armv7: 'arm',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
  x64: 'x64',
};

/** The lock entry of a platform package, its platform read off its name; undefined for a package of no platform. */
function platformEntry(name: string, range: string) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = words.flatMap((word) => PROCESSORS[word] ?? []);
  if (cpu.length === 0) return undefined;
  return {
    version: range.replace(/^[\^~]/, ''),
    cpu,
    ...(words.includes('musl') || words.some((word) => word.endsWith('musleabihf'))
      ? { libc: ['musl'] }
      : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}

const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
if (values.help) {
  console.log(HELP);
} else {
  const path = resolve(import.meta.dirname, '..', 'package-lock.json');
  const lock = Lock.parse(JSON.parse(await readFile(path, 'utf8')));
  const { packages } = lock;
  const added: string[] = [];
  for (const [name, range] of Object.values(packages).flatMap((one) =>
    Object.entries(one.optionalDependencies ?? {}),
  )) {
    const key = `node_modules/${name}`;
    const entry = packages[key] ? undefined : platformEntry(name, range);
    if (entry === undefined) continue;
    packages[key] = entry;
    added.push(name);
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(path, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`);
  console.log(`${added.length} platform packages added to package-lock.json.`);
}
