import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder again, when every base image in its Dockerfile is named by its digest: a tag is whatever somebody pushes next.
 * @throws one sentence for a base that is not
 */
export function pinned(folder: string): string {
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  for (const [, base = ''] of dockerfile.matchAll(/^FROM (\S+)/gm)) {
    if (base === 'scratch' || /@sha256:[0-9a-f]{64}$/.test(base)) continue;
    throw new Error(
      `The Dockerfile in ${folder} starts from ${base}, which may change under us: add its digest (docker buildx imagetools inspect ${base}).`,
    );
  }
  return folder;
}
