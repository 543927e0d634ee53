import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder } from '../support/folders.ts';
import { roomsFolder } from './support.ts';

const root = resolve(import.meta.dirname, '../..');

/** The app as the CDK's command line runs it: context and folder come by the environment. */
function synth(context: Record<string, unknown>) {
  const outdir = aFolder();
  const { status, stderr } = spawnSync(process.execPath, ['bin/economia-viva.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({
        rooms: roomsFolder(),
        '@aws-cdk/core:defaultCrossStackReferences': 'strong',
        '@aws-cdk/core:validateAgainstDefaultRules': true,
        ...context,
      }),
    },
  });
  return { status, stderr, files: readdirSync(outdir) };
}

describe('the CDK app', () => {
  it("synthesizes the local stage by default, without a complaint from CloudFormation's rules", () => {
    const { status, stderr, files } = synth({});
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(files.filter((file) => file.endsWith('.template.json')).toSorted()).toEqual(
      ['agents', 'irc', 'logs', 'market', 'state', 'watch'].map(
        (stack) => `economia-viva-local-${stack}.template.json`,
      ),
    );
  });

  it('names the stages when asked for another', () => {
    const { status, stderr } = synth({ stage: 'sandbx' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'No stage "sandbx": use -c stage=<one of local, sandbox, prod>.\n',
    });
  });
});
