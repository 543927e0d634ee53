import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phrasings } from '#core/talk/persona.ts';

const FOLDER = join(import.meta.dirname, '../../layers/core/talk/personas');

/** What the rooms are bundled with. */
export const PERSONAS_FILE = join(FOLDER, '../personas.json');

/** `personas.json` as it must be: what every `<agent>/SOUL.md` holds under its headings, agents by name. */
export function personasJson(): string {
  const names = readdirSync(FOLDER).toSorted();
  const personas = names.map((name) => [
    name,
    readSoul(readFileSync(join(FOLDER, name, 'SOUL.md'), 'utf8'), name),
  ]);
  return `${JSON.stringify(Object.fromEntries(personas), undefined, 2)}\n`;
}

/**
 * The phrasings in a SOUL.md by occasion: under `## <occasion>` lines `- es: ...` and `- en: ...`, by turns. What stands before the
 * first of these headings is for people.
 */
export function readSoul(text: string, name: string): Readonly<Record<string, Phrasings>> {
  const [, ...sections] = text.split(/^## /m);
  return Object.fromEntries(
    sections.map((section) => {
      const [occasion = '', ...rest] = section.trim().split('\n');
      const lines = rest.map((line) => /^- (es|en): (\S.*)$/.exec(line));
      const wrong = lines.findIndex((line, at) => line?.[1] !== (at % 2 === 0 ? 'es' : 'en'));
      if (wrong !== -1 || lines.length % 2 === 1)
        throw new Error(
          `${name}/SOUL.md, "${occasion}": "${rest[wrong] ?? rest.at(-1) ?? ''}" stands where "- es: ..." and then its "- en: ..." should.`,
        );
      const of = (language: string) =>
        lines.flatMap((line) => (line?.[1] === language ? [line[2] ?? ''] : []));
      return [occasion.trim(), { es: of('es'), en: of('en') }];
    }),
  );
}
