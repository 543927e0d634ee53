import { describe, expect, it } from 'vitest';
import { breaches, Lock, licences, Manifest, supplies } from '../../../scripts/supply-chain.ts';

const npmrc = 'ignore-scripts=true\n';
const good = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT' };
const lock = (one: object) =>
  Lock.parse({ packages: { '': {}, 'node_modules/a': { ...good, ...one } } });
const manifest = (version: string) => Manifest.parse({ dependencies: { a: version } });

describe('what we build on', () => {
  it('keeps the policy', async () => {
    const ours = await supplies();
    expect(breaches(ours)).toEqual([]);
    expect(Object.keys(licences(ours)).length).toBeGreaterThan(50);
  });

  it.each([
    [
      'a range',
      manifest('^1.0.0'),
      lock({}),
      'a is asked for as "^1.0.0": name one exact version.',
    ],
    [
      'no hash',
      manifest('1.0.0'),
      lock({ integrity: undefined }),
      'node_modules/a has no hash in the lockfile: install it again.',
    ],
    [
      'a repository',
      manifest('1.0.0'),
      lock({ resolved: 'git+ssh://x/a.git#1' }),
      'node_modules/a does not come from a package registry: depend on a published version.',
    ],
    [
      'a licence that binds',
      manifest('1.0.0'),
      lock({ license: 'AGPL-3.0' }),
      'node_modules/a has the licence "AGPL-3.0": replace it, or allow it here.',
    ],
  ])('refuses %s', (...[, asked, locked, sentence]) => {
    expect(breaches({ manifest: asked, lock: locked, npmrc })).toEqual([sentence]);
  });

  it('refuses install scripts, and takes what is free to choose or never deployed', () => {
    const asked = manifest('1.0.0');
    expect(breaches({ manifest: asked, lock: lock({}), npmrc: '' })).toHaveLength(1);
    for (const one of [{ license: '(MIT OR GPL-3.0)' }, { license: 'GPL-3.0', dev: true }])
      expect(breaches({ manifest: asked, lock: lock(one), npmrc })).toEqual([]);
  });
});
