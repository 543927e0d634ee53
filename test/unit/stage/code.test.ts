import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, expect, it } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { listen } from '../../../scripts/local/cloud/http.ts';
import { lambdaApi } from '../../../scripts/local/cloud/lambda/api.ts';
import type { LambdaFunction } from '../../../scripts/local/cloud/lambda/function.ts';
import { functionsIn } from '../../../scripts/stage/deploy/functions.ts';
import { difference, verifyCode } from '../../../scripts/stage/deploy/verify-code.ts';
import { unzip } from '../../../scripts/stage/deploy/zip.ts';

const bundle = mkdtempSync(join(tmpdir(), 'viva-bundle-'));
afterAll(() => {
  rmSync(bundle, { recursive: true });
});

/** As packers write it: local headers without sizes, which only the directory at the end has. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = deflateRawSync(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(text), 16);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt32LE(text.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), body);
    entries.push(entry, Buffer.from(name));
    at += 30 + name.length + body.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

it('finds the files of a deployed function that are not those that were built', async () => {
  writeFileSync(join(bundle, 'index.mjs'), 'export const handler = 1;');
  writeFileSync(join(bundle, 'package.json'), '{"type":"module"}');
  const ours = { 'index.mjs': 'export const handler = 1;', 'package.json': '{"type":"module"}' };

  expect(await difference(unzip(zip(ours)), bundle)).toEqual([]);
  const other = { 'index.mjs': 'export const handler = 2;', 'more.mjs': '' };
  expect(await difference(unzip(zip(other)), bundle)).toEqual([
    'index.mjs',
    'more.mjs',
    'package.json',
  ]);
  expect(() => unzip(Buffer.from('<html>'))).toThrow('no zip archive');
});

it('fetches the code of a running function and knows it by its hash', async () => {
  const codeDir = mkdtempSync(join(tmpdir(), 'viva-code-'));
  const fn = { name: 'economia-viva-local-wake', arn: 'arn', codeDir } as LambdaFunction;
  const server = await listen(
    lambdaApi({
      find: (name) => (name === fn.name ? fn : undefined),
      invoke: () => Promise.resolve(undefined),
      invokeAsync: () => Promise.resolve(),
    }),
  );
  const credentials = CREDENTIALS;
  const lambda = new LambdaClient({ region: REGION, credentials, endpoint: server.url });
  try {
    for (const dir of [bundle, codeDir])
      writeFileSync(join(dir, 'index.mjs'), 'export const handler = 1;');
    writeFileSync(join(codeDir, 'package.json'), '{"type":"module"}');
    const ours = await verifyCode(lambda, fn.name, bundle);
    writeFileSync(join(codeDir, 'index.mjs'), 'export const handler = 2;');
    const other = await verifyCode(lambda, fn.name, bundle);

    expect(ours).toMatchObject({ status: 'ours', differing: [] });
    expect(ours.codeSha256).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(other).toMatchObject({ status: 'differs', differing: ['index.mjs'] });
    expect(other.codeSha256).not.toBe(ours.codeSha256);
    await expect(verifyCode(lambda, 'nobody', bundle)).rejects.toThrow('Function not found');
  } finally {
    await server.close();
    rmSync(codeDir, { recursive: true });
  }
});

it('finds every function of an assembly with its folder', async () => {
  const assembly = mkdtempSync(join(tmpdir(), 'viva-assembly-'));
  const aFunction = (name: string) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: name },
    Metadata: { 'aws:asset:path': `asset.${name}` },
  });
  const Resources = { A: aFunction('b'), Q: { Type: 'AWS::SQS::Queue' }, B: aFunction('a') };
  writeFileSync(join(assembly, 'x.template.json'), JSON.stringify({ Resources }));

  expect(await functionsIn(assembly)).toEqual([
    { name: 'a', bundle: join(assembly, 'asset.a') },
    { name: 'b', bundle: join(assembly, 'asset.b') },
  ]);
  rmSync(assembly, { recursive: true });
});
