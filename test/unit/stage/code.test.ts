import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Zip, ZipDeflate } from 'fflate';
import { afterAll, expect, it } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { listen } from '../../../scripts/local/cloud/http.ts';
import { lambdaApi } from '../../../scripts/local/cloud/lambda/api.ts';
import type { LambdaFunction } from '../../../scripts/local/cloud/lambda/function.ts';
import { functionsIn } from '../../../scripts/stage/deploy/functions.ts';
import { difference, verifyCode } from '../../../scripts/stage/deploy/verify-code.ts';

const bundle = mkdtempSync(join(tmpdir(), 'viva-bundle-'));
afterAll(() => {
  rmSync(bundle, { recursive: true });
});

/** As packers write it: local headers without sizes, which only the directory at the end has. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const chunks: Uint8Array[] = [];
  const packer = new Zip((_error, chunk) => chunks.push(chunk));
  for (const [name, text] of Object.entries(files)) {
    const file = new ZipDeflate(name);
    packer.add(file);
    file.push(Buffer.from(text), true);
  }
  packer.end();
  return Buffer.concat(chunks);
}

it('finds the files of a deployed function that are not those that were built', async () => {
  writeFileSync(join(bundle, 'index.mjs'), 'export const handler = 1;');
  writeFileSync(join(bundle, 'package.json'), '{"type":"module"}');
  const ours = { 'index.mjs': 'export const handler = 1;', 'package.json': '{"type":"module"}' };

  expect(await difference(zip(ours), bundle)).toEqual([]);
  const other = { 'index.mjs': 'export const handler = 2;', 'more.mjs': '' };
  expect(await difference(zip(other), bundle)).toEqual(['index.mjs', 'more.mjs', 'package.json']);
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
