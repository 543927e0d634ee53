import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';
import { aFolder } from '../support/folders.ts';

interface Config {
  readonly forbidden: IFlattenedRuleSet['forbidden'];
  readonly options: Record<string, unknown>;
}

const root = resolve(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const { forbidden, options } = require(join(root, '.dependency-cruiser.cjs')) as Config;
const FOLDERS = ['bin', 'functions', 'layers', 'lib', 'scripts', 'test'];

async function look(baseDir: string, folders: readonly string[]): Promise<ICruiseResult> {
  const { tsConfig: _, enhancedResolveOptions, ...own } = options;
  const { output } = await cruise(
    [...folders],
    { ...own, baseDir, validate: true, ruleSet: { forbidden } as IFlattenedRuleSet },
    enhancedResolveOptions as Record<string, unknown>,
  );
  if (typeof output === 'string') throw new Error(`No report: ${output}`);
  return output;
}

const broken = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

describe('the walls of this house', () => {
  let house: ICruiseResult;
  beforeAll(async () => {
    house = await look(root, FOLDERS);
  });

  it('stand', () => {
    expect(broken(house)).toEqual([]);
  });

  // with a TypeScript that it does not know, dependency-cruiser sees nothing and finds no fault
  it('were looked at from every side', () => {
    const own = house.modules.map(({ source }) => source).filter((path) => path.endsWith('.ts'));
    const seen = (folder: string) => own.filter((path) => path.startsWith(`${folder}/`)).length;
    expect(own.length).toBeGreaterThan(150);
    for (const folder of FOLDERS) expect(seen(folder), folder).toBeGreaterThan(0);
    expect(seen('layers/core')).toBeGreaterThan(20);
  });

  it('are seen through types and through the names of layers', () => {
    const seen = house.modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => `${source} -> ${resolved}`),
    );
    expect(seen).toContain('lib/stages.ts -> layers/contract/networks.ts');
    expect(seen).toContain('lib/stacks/market.ts -> layers/contract/env.ts');
  });
});

describe('a wall broken on purpose', () => {
  /** A small house with one module that leans where it may not. */
  const houseWith = (from: string, imports: string): string => {
    const folder = aFolder();
    const files: Record<string, string> = {
      'package.json': JSON.stringify({
        type: 'module',
        imports: { '#contract/*': './layers/contract/*', '#core/*': './layers/core/*' },
      }),
      'layers/contract/beat.ts': "import '../contract/ids.ts';\nexport const beat = 1;\n",
      'layers/contract/ids.ts': 'export const id = 1;\n',
      'layers/core/decide.ts':
        "import { beat } from '#contract/beat.ts';\nexport const d = beat;\n",
      'layers/adapters/agents.ts': "import { d } from '#core/decide.ts';\nexport const a = d;\n",
      'layers/runtime/log.ts':
        "import { beat } from '#contract/beat.ts';\nexport const l = beat;\n",
      'functions/market/wiring.ts': "import '#contract/beat.ts';\nexport const w = 1;\n",
      'functions/wake/wiring.ts': "import '#contract/beat.ts';\nexport const w = 1;\n",
      'lib/names.ts': "import '#contract/beat.ts';\nexport const n = 1;\n",
      'scripts/viva.ts': "import '#contract/beat.ts';\nexport const v = 1;\n",
      'test/support.ts': "import '#contract/beat.ts';\nexport const t = 1;\n",
      'bin/app.ts': "import '../lib/names.ts';\nexport const b = 1;\n",
    };
    const all = { ...files, [from]: `${imports}\n${files[from] ?? 'export const x = 1;'}` };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  };
  const breaking = async (from: string, imports: string) =>
    broken(await look(houseWith(from, imports), FOLDERS));

  it('stands when nobody leans on it', async () => {
    expect(await breaking('layers/core/decide.ts', '')).toEqual([]);
  });

  it.each([
    {
      rule: 'contract-imports-zod-only',
      file: 'layers/contract/beat.ts',
      imports: 'node:fs',
      seen: 'layers/contract/beat.ts -> fs',
    },
    {
      rule: 'core-is-pure',
      file: 'layers/core/decide.ts',
      imports: '../adapters/agents.ts',
      seen: 'layers/core/decide.ts -> layers/adapters/agents.ts',
    },
    {
      rule: 'core-is-pure',
      file: 'layers/core/decide.ts',
      imports: 'node:crypto',
      seen: 'layers/core/decide.ts -> crypto',
    },
    {
      rule: 'adapters-serve-ports',
      file: 'layers/adapters/agents.ts',
      imports: '../runtime/log.ts',
      seen: 'layers/adapters/agents.ts -> layers/runtime/log.ts',
    },
    {
      rule: 'runtime-knows-no-domain',
      file: 'layers/runtime/log.ts',
      imports: '#core/decide.ts',
      seen: 'layers/runtime/log.ts -> layers/core/decide.ts',
    },
    {
      rule: 'rooms-do-not-meet',
      file: 'functions/market/wiring.ts',
      imports: '../wake/wiring.ts',
      seen: 'functions/market/wiring.ts -> functions/wake/wiring.ts',
    },
    {
      rule: 'rooms-compose-layers',
      file: 'functions/market/wiring.ts',
      imports: '../../lib/names.ts',
      seen: 'functions/market/wiring.ts -> lib/names.ts',
    },
    {
      rule: 'lib-imports-contract-only',
      file: 'lib/names.ts',
      imports: '#core/decide.ts',
      seen: 'lib/names.ts -> layers/core/decide.ts',
    },
    {
      rule: 'bin-imports-lib-only',
      file: 'bin/app.ts',
      imports: '../scripts/viva.ts',
      seen: 'bin/app.ts -> scripts/viva.ts',
    },
    {
      rule: 'nothing-imports-scripts-or-tests',
      file: 'lib/names.ts',
      imports: '../test/support.ts',
      seen: 'lib/names.ts -> test/support.ts',
    },
    {
      rule: 'bin-is-an-end',
      file: 'scripts/viva.ts',
      imports: '../bin/app.ts',
      seen: 'scripts/viva.ts -> bin/app.ts',
    },
    {
      rule: 'scripts-do-not-import-tests',
      file: 'scripts/viva.ts',
      imports: '../test/support.ts',
      seen: 'scripts/viva.ts -> test/support.ts',
    },
    {
      rule: 'no-cycles',
      file: 'layers/contract/ids.ts',
      imports: './beat.ts',
      seen: 'layers/contract/beat.ts -> layers/contract/ids.ts',
    },
    {
      rule: 'everything-resolves',
      file: 'layers/runtime/log.ts',
      imports: '#contract/gone.ts',
      seen: 'layers/runtime/log.ts -> #contract/gone.ts',
    },
  ])('is reported as $rule: $seen', async ({ rule, file, imports, seen }) => {
    expect(await breaking(file, `import '${imports}';`)).toContain(`${rule}: ${seen}`);
  });

  it('is reported through a type as well', async () => {
    const from = 'layers/core/decide.ts';
    const found = await breaking(from, "import type { a } from '../adapters/agents.ts';");
    expect(found).toContain(`core-is-pure: ${from} -> layers/adapters/agents.ts`);
  });

  it('is reported as no-orphans when a module stands alone', async () => {
    expect(await breaking('layers/core/alone.ts', '')).toEqual([
      'no-orphans: layers/core/alone.ts -> layers/core/alone.ts',
    ]);
  });
});
