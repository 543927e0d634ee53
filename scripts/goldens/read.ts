import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { SkillName, Topic } from '#contract/profiles.ts';
import { TOPIC_OF_SKILL } from '#core/refinery/lexicons/topics.ts';

const FOLDER = join(import.meta.dirname, '../../test/fixtures/goldens');
/** Where the real lines lie, on machines that have them: they are not part of this repository. */
export const REAL_LOGS = join(import.meta.dirname, '../../../shared/data/ubuntu-irc');
const SPOKEN = /^\[\d\d:\d\d\] <[^>]*> (.*)$/;

const Labels = z.object({
  language: z.enum(['es', 'en', 'other', 'none']),
  mixed: z.boolean().default(false),
  greeting: z.string().optional(),
  skills: z.partialRecord(SkillName, z.enum(['says', 'asks', 'denies'])),
  voice: z.array(z.string()),
  /** Beside those that its skills belong to. */
  topics: z.array(Topic).default([]),
});
const Real = Labels.extend({ file: z.string(), line: z.int().positive(), sha256: z.string() });
const Written = Labels.extend({ text: z.string() });

/** One labelled message. test/fixtures/goldens/README.md says what the labels mean. */
export type Golden = z.infer<typeof Labels> & {
  readonly text: string;
  readonly real: boolean;
  /** Not to be looked at while tuning. */
  readonly heldOut: boolean;
};

/** All goldens whose text is there. Throws when a real line is not what was labelled. */
export function goldens(logs = REAL_LOGS): Golden[] {
  const written = lines('written.ndjson').map((line): Golden => {
    const golden = Written.parse(JSON.parse(line));
    const topics = topicsOf(golden);
    return { ...golden, topics, real: false, heldOut: isHeldOut(hashOf(golden.text)) };
  });
  return existsSync(logs) ? [...written, ...realOnes(logs)] : written;
}

function realOnes(logs: string): Golden[] {
  const files = new Map<string, readonly string[]>();
  return lines('real.ndjson').map((one): Golden => {
    const { file, line, sha256, ...labels } = Real.parse(JSON.parse(one));
    const read = files.get(file) ?? readFileSync(join(logs, file), 'utf8').split('\n');
    files.set(file, read);
    const text = SPOKEN.exec(read[line - 1] ?? '')?.[1] ?? '';
    if (hashOf(text) !== sha256) {
      throw new Error(
        `${file}:${line} is not the message that was labelled: get the logs of then, or label it anew.`,
      );
    }
    return { ...labels, topics: topicsOf(labels), text, real: true, heldOut: isHeldOut(sha256) };
  });
}

/** Who speaks of a skill speaks of its topic. */
function topicsOf({ skills, topics }: z.infer<typeof Labels>): Topic[] {
  const spoken = SkillName.options.filter((skill) => skills[skill] !== undefined);
  return [...new Set([...topics, ...spoken.map((skill) => TOPIC_OF_SKILL[skill])])];
}

function lines(name: string): string[] {
  return readFileSync(join(FOLDER, name), 'utf8').trimEnd().split('\n');
}

/** First 16 hex digits of the sha256 of the text. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function isHeldOut(sha256: string): boolean {
  return Number.parseInt(sha256.slice(0, 1), 16) >= 8;
}
