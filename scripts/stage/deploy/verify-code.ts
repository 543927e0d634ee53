import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GetFunctionCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { unzipSync } from 'fflate';
import { filesBelow } from '#adapters/logs/folder.ts';

/** `differs`: other files than the bundle's; `unknown`: what was fetched is not what Lambda says it runs. */
export interface CodeVerdict {
  readonly functionName: string;
  /** Base64, as Lambda gives it. */
  readonly codeSha256: string;
  readonly status: 'ours' | 'differs' | 'unknown';
  readonly differing: readonly string[];
}

/**
 * Whether a deployed function runs exactly the files of this bundle: Lambda's archive is fetched, its hash compared with the `CodeSha256` that Lambda runs,
 * and each file in it with the bundle's. The archive itself cannot be compared, for its times and order are the packer's.
 */
export async function verifyCode(
  lambda: LambdaClient,
  functionName: string,
  bundle: string,
): Promise<CodeVerdict> {
  const { Configuration, Code } = await lambda.send(
    new GetFunctionCommand({ FunctionName: functionName }),
  );
  const codeSha256 = Configuration?.CodeSha256 ?? '';
  const response = await fetch(Code?.Location ?? '', { signal: AbortSignal.timeout(30_000) });
  const archive = Buffer.from(await response.arrayBuffer());
  if (createHash('sha256').update(archive).digest('base64') !== codeSha256)
    return { functionName, codeSha256, status: 'unknown', differing: [] };
  const differing = await difference(archive, bundle);
  return {
    functionName,
    codeSha256,
    status: differing.length === 0 ? 'ours' : 'differs',
    differing,
  };
}

/** Names of files that only the archive or the bundle has, or that are not the same in both. */
export async function difference(archive: Uint8Array, bundle: string): Promise<readonly string[]> {
  const deployed = new Map(
    Object.entries(unzipSync(archive)).filter(([name]) => !name.endsWith('/')),
  );
  const { files } = await filesBelow(bundle);
  const names = new Map(files.map(({ name, path }) => [name, path]));
  const wrong = [...deployed.keys()].filter((name) => !names.has(name));
  for (const [name, path] of names) {
    const body = deployed.get(name);
    if (body === undefined || !(await readFile(path)).equals(body)) wrong.push(name);
  }
  return wrong.toSorted();
}
