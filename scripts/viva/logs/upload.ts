import { print } from '../output.ts';
import { Progress, sizeText } from './progress.ts';
import { atBucket, type Flags, filesIn, targetOf } from './target.ts';
import { uploadFiles } from './uploader.ts';

export type UploadFlags = Flags & { readonly dryRun: boolean };

interface Result {
  readonly files: number;
  readonly uploaded: number;
  readonly bytes: number;
  /** Of these, bytes that an interrupted upload had stored. */
  readonly kept: number;
  readonly failed: number;
  readonly dryRun: boolean;
}

/** `viva logs upload`: exit code 1 when a file could not be uploaded. */
export async function upload(folder: string, flags: UploadFlags): Promise<void> {
  const progress = new Progress(flags.json);
  const { dryRun } = flags;
  let failed = 0;
  const files = await filesIn(folder, flags, (line) => {
    progress.say(line);
  });
  const all = await atBucket(flags, async () =>
    uploadFiles(files, {
      target: await targetOf(flags),
      isDry: dryRun,
      onFile: (done) => {
        progress.file(done, files.length);
      },
      onPart: (part) => {
        progress.part(part);
      },
      onTrouble: (file, why) => {
        failed += 1;
        progress.trouble(file, why);
      },
    }),
  ).finally(() => {
    progress.end();
  });
  const fresh = all.filter(({ isNew }) => isNew);
  const bytes = fresh.reduce((sum, one) => sum + one.bytes, 0);
  const { kept } = progress;
  const result = { files: files.length, uploaded: fresh.length, bytes, kept, failed, dryRun };
  if (failed > 0) process.exitCode = 1;
  print(flags.json, result, () => inWords(result));
}

function inWords({ files, uploaded, bytes, kept, failed, dryRun }: Result): string {
  const verb = dryRun ? 'would be uploaded' : 'uploaded';
  const before = kept > 0 ? `, ${sizeText(kept)} of it by an interrupted upload before` : '';
  const clauses = [`${uploaded} of ${files} files ${verb} (${sizeText(bytes)}${before})`];
  const rest = files - uploaded - failed;
  if (rest > 0) clauses.push(`${rest} stored already`);
  if (failed > 0) clauses.push(`${failed} not uploaded, see above`);
  return `${clauses.join('; ')}.`;
}
