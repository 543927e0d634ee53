import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.ts';
import { aFolder } from '../support/folders.ts';

const PLAIN = `import { greeting } from './greeting.ts';
export const handler = async (name: string): Promise<string> => \`\${greeting} \${name}\`;
`;
/** CommonJS that reaches for Node's own modules, as some of our dependencies do. */
const COMMON = "const { sep } = require('node:path');\nexports.sep = sep;\n";

function aHouse(files: Record<string, string> = {}): string {
  const root = aFolder();
  write(root, {
    'package-lock.json': '{}',
    'package.json': '{"type":"module"}',
    'functions/plain/plain.lambda.ts': PLAIN,
    'functions/plain/greeting.ts': "export const greeting = 'hello';\n",
    ...files,
  });
  return root;
}

function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Whether an output has code of this file. */
const holds = (file: string) => (output: Metafile['outputs'][string]) =>
  Object.keys(output.inputs).some((input) => input.includes(file));
const bundleIn = (root: string, room = 'plain') => join(root, 'dist/rooms', room, 'index.mjs');
const budgets = { plain: 10, common: 10, speaker: 10 };
const quiet = true;

/** What the bundle answers in a Node of its own, far from any node_modules. */
const run = (file: string, expression: string) =>
  execFileSync(process.execPath, [
    '--input-type=module',
    '--eval',
    `const room = await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(await ${expression});`,
  ])
    .toString()
    .trim();

describe('build', () => {
  it('makes of a room what Node can run alone', async () => {
    const root = aHouse();
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root), "room.handler('world')")).toBe('hello world');
    expect(readFileSync(join(root, 'dist/rooms/plain/package.json'), 'utf8')).toContain('module');
    expect(existsSync(join(root, 'dist/meta/plain.json'))).toBe(true);
  });

  it('gives CommonJS the modules of Node that it requires', async () => {
    const root = aHouse({
      'functions/common/common.lambda.ts':
        "import legacy from './legacy.cjs';\nexport const handler = () => legacy.sep;\n",
      'functions/common/legacy.cjs': COMMON,
    });
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root, 'common'), 'room.handler()')).toBe('/');
  });

  it('takes of Node what a room names, and not undici with its HTTP', async () => {
    const root = aHouse({
      'functions/plain/plain.lambda.ts': `import { METHODS } from 'node:http';
export const handler = async () => [METHODS.includes('GET'), typeof (await import('node:https')).request,
  process.moduleLoadList.some((name) => name.includes('undici/undici'))].join();
`,
    });
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root), 'room.handler()')).toBe('true,function,false');
  });

  it('loads at the start nothing that only a lazy part wants from the same barrel', async () => {
    const word = (name: string) => `export const ${name} = () => '${name} said';\n`;
    const root = aHouse({
      'node_modules/viem/package.json': '{"name":"viem","main":"index.js","sideEffects":false}',
      'node_modules/viem/index.js':
        "/** All. */\nexport { early, hasty as quick } from './early.js';\nexport { late } from './late.js';\n",
      'node_modules/viem/early.js': `${word('early')}${word('hasty')}`,
      'node_modules/viem/late.js': word('late'),
      'functions/plain/greeting.ts': "export { late } from 'viem';\n",
      'functions/plain/plain.lambda.ts': `import { early, quick } from 'viem';
export const handler = async () => [early(), quick(), (await import('./greeting.ts')).late()].join();
`,
    });
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root), 'room.handler()')).toBe('early said,hasty said,late said');
    const { outputs } = JSON.parse(
      readFileSync(join(root, 'dist/meta/plain.json'), 'utf8'),
    ) as Metafile;
    expect(Object.values(outputs).filter(holds('late.js')).length).toBe(1);
    const [start] = Object.values(outputs).filter(holds('plain.lambda.ts'));
    expect(start?.imports.filter(({ kind }) => kind === 'import-statement')).toEqual([]);
    expect(start && holds('late.js')(start)).toBe(false);
  });

  it('makes of the contract what a room names', async () => {
    const root = aHouse({
      'layers/contract/words.ts': `const word = (text: string): string => [text, 'said'].join(' ');
export const Hasty: string = word('hasty');
export const Quiet = word('quiet');
/** Of {@link Hasty}. */
export const Both = word(
  [Hasty, 'both'].join(),
);
`,
      'functions/plain/plain.lambda.ts': `import { Both } from '../../layers/contract/words.ts';
export const handler = async () => Both;
`,
    });
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root), 'room.handler()')).toBe('hasty said,both said');
    expect(readFileSync(bundleIn(root), 'utf8')).not.toContain('quiet');
  });

  it('leaves alone what has not changed, and builds what has', async () => {
    // with what plugins make up, which is nowhere to be read again
    const root = aHouse({
      'functions/plain/greeting.ts':
        "import { sep } from 'node:path';\nexport const greeting = `hello${sep}`;\nexport const later = () => import('./later.ts');\n",
      'functions/plain/later.ts': "export const later = 'later';\n",
    });
    await build({ quiet, root, budgets });
    const before = statSync(bundleIn(root), { bigint: true }).ino;

    await build({ quiet, root, budgets });
    expect(statSync(bundleIn(root), { bigint: true }).ino).toBe(before);

    write(root, { 'functions/plain/greeting.ts': "export const greeting = 'hola';\n" });
    await build({ quiet, root, budgets });
    expect(run(bundleIn(root), "room.handler('mundo')")).toBe('hola mundo');
  });

  it('builds the same bytes twice', async () => {
    const [one, other] = [aHouse(), aHouse()];
    await build({ quiet, root: one, budgets });
    await build({ quiet, root: other, budgets });
    expect(readFileSync(bundleIn(one))).toEqual(readFileSync(bundleIn(other)));
  });

  it('forgets a room that is gone', async () => {
    const root = aHouse();
    await build({ quiet, root, budgets });
    rmSync(join(root, 'functions/plain'), { recursive: true });
    await build({ quiet, root, budgets });
    expect(existsSync(join(root, 'dist/rooms/plain'))).toBe(false);
  });

  it('puts the Dockerfile of a task beside its bundle', async () => {
    const root = aHouse({
      'functions/speaker/speaker.task.ts': 'console.log(1);\n',
      'functions/speaker/Dockerfile': 'FROM scratch\n',
    });
    await build({ quiet, root, budgets });
    expect(readFileSync(join(root, 'dist/rooms/speaker/Dockerfile'), 'utf8')).toBe(
      'FROM scratch\n',
    );
    write(root, { 'functions/speaker/Dockerfile': 'FROM other\n' });
    await build({ quiet, root, budgets });
    expect(readFileSync(join(root, 'dist/rooms/speaker/Dockerfile'), 'utf8')).toBe('FROM other\n');
  });

  it('refuses a room over its budget, or without one, in a sentence', async () => {
    const root = aHouse();
    await expect(build({ quiet, root, budgets: { plain: 0.01 } })).rejects.toThrow(
      /^Room "plain" weighs 0 kB, more than its 0\.01 kB: see dist\/meta\/plain\.json .*\.$/,
    );
    await expect(build({ quiet, root, budgets: {} })).rejects.toThrow(
      'Room "plain" has no size budget: add its line to scripts/build/budgets.ts.',
    );
  });

  it('builds the other rooms although one does not compile', async () => {
    const root = aHouse({ 'functions/common/common.lambda.ts': "import './gone.ts';\n" });
    await expect(build({ quiet, root, budgets })).rejects.toThrow(/^Room "common": .*gone\.ts/s);
    expect(existsSync(bundleIn(root))).toBe(true);
  });
});
