import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';

const HELP = `Holds what we build on to our policy, without a network.

  node scripts/supply-chain.ts [--licences]

Checks package.json and package-lock.json: every dependency is named by one exact version, every package in the lockfile by its hash
(but for binaries of other platforms, which complete-lock.ts names), nothing comes from a git repository or a bare address, no
install script runs (.npmrc), and every licence of what is deployed is one that asks nothing of those who deploy it.
--licences prints them all as JSON. The bill of materials is npm's own: npm run sbom.
`;

/** Licences that let anybody use, change and deploy. */
const FREE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'Python-2.0',
]);

const Versions = z.record(z.string(), z.string()).default({});
const Package = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  cpu: z.union([z.string(), z.array(z.string())]).optional(),
  inBundle: z.boolean().optional(),
});
export const Lock = z.looseObject({ packages: z.record(z.string(), Package) });
export const Manifest = z.looseObject({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});

export interface Supplies {
  readonly manifest: z.infer<typeof Manifest>;
  readonly lock: z.infer<typeof Lock>;
  readonly npmrc: string;
}

/** One sentence for each breach of the policy. */
export function breaches({ manifest, lock, npmrc }: Supplies): readonly string[] {
  const named = Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  return [
    ...named
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} is asked for as "${version}": name one exact version.`),
    ...packages
      .filter(([, one]) => one.integrity === undefined && !isCovered(one))
      .map(([path]) => `${path} has no hash in the lockfile: install it again.`),
    ...packages
      .filter(([, { resolved }]) => resolved !== undefined && !resolved.endsWith('.tgz'))
      .map(
        ([path]) => `${path} does not come from a package registry: depend on a published version.`,
      ),
    ...packages
      .filter(([path, one]) => isDeployed(one) && !isFree(licenceOf(path, one)))
      .map(
        ([path, { license }]) =>
          `${path} has the licence "${license ?? 'none'}": replace it, or allow it here.`,
      ),
    ...(/^ignore-scripts=true$/m.test(npmrc)
      ? []
      : ['.npmrc lets packages run scripts when they are installed: set ignore-scripts=true.']),
  ];
}

/** Licences of what is deployed, by package. */
export function licences({ lock }: Pick<Supplies, 'lock'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(lock.packages)
      .filter(([path, one]) => path !== '' && isDeployed(one))
      .map(([path, one]) => [
        `${path.replace(/^.*node_modules\//, '')}@${one.version ?? ''}`,
        licenceOf(path, one) ?? 'none',
      ]),
  );
}

/** By the hash of what bundles it; or a binary for another platform. */
function isCovered({ inBundle, optional, cpu }: z.infer<typeof Package>): boolean {
  return inBundle === true || (optional === true && cpu !== undefined);
}

/** Said nowhere but in the package's own LICENSE, which somebody has read. */
const READ: Readonly<Record<string, string>> = { 'node_modules/middleware-handler': 'MIT' };

function licenceOf(path: string, { license }: z.infer<typeof Package>): string | undefined {
  return license ?? READ[path];
}

function isDeployed(one: z.infer<typeof Package>): boolean {
  return one.dev !== true && one.devOptional !== true && one.optional !== true;
}

/** `(MIT OR X)` leaves the choice to us. */
function isFree(licence = 'none'): boolean {
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((one) => FREE.has(one));
}

/** Of this repository. */
export async function supplies(root = resolve(import.meta.dirname, '..')): Promise<Supplies> {
  const read = (name: string) => readFile(join(root, name), 'utf8');
  return {
    manifest: Manifest.parse(JSON.parse(await read('package.json'))),
    lock: Lock.parse(JSON.parse(await read('package-lock.json'))),
    npmrc: await read('.npmrc'),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { help: { type: 'boolean' }, licences: { type: 'boolean' } },
  });
  const ours = await supplies();
  const found = breaches(ours);
  if (values.help) console.log(HELP);
  else if (values.licences) console.log(JSON.stringify(licences(ours), undefined, 2));
  else for (const breach of found) console.error(breach);
  if (!values.help && found.length > 0) process.exitCode = 1;
}
