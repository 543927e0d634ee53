import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import { PRODUCT_RECORD, type ProductRecord } from '#contract/profiles.ts';
import { Inspector } from '#core/refinery/inspect.ts';
import { refine } from '#core/refinery/refine.ts';
import { anyMessage } from '../../support/any-message.ts';
import { collect, streamed } from '../../support/messages.ts';

const log = fc
  .array(anyMessage, { maxLength: 60 })
  .map((messages) => messages.toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0)));

function published(product: string): z.ZodType {
  const file = `../../../docs/schemas/product-${product.replaceAll('_', '-')}.schema.json`;
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}

async function everything(
  messages: readonly LogRecord[],
): Promise<Record<string, ProductRecord[]>> {
  const skills = await collect(refine('skill_profiles', { raw_logs: streamed(messages) }));
  const voices = await collect(refine('voice_profiles', { raw_logs: streamed(messages) }));
  const souls = refine('soul_profiles', {
    skill_profiles: streamed(skills.map((one) => PRODUCT_RECORD.skill_profiles.parse(one))),
    voice_profiles: streamed(voices.map((one) => PRODUCT_RECORD.voice_profiles.parse(one))),
  });
  const made = (product: Product) => collect(refine(product, { corpus: streamed(messages) }));
  return {
    raw_logs: await made('raw_logs'),
    user_stats: await made('user_stats'),
    topic_map: await made('topic_map'),
    skill_profiles: skills,
    voice_profiles: voices,
    soul_profiles: await collect(souls),
  };
}

describe('every product of any log', () => {
  it('passes the buyer’s inspection: schema, order, one record a user', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (messages) => {
        const made = await everything(messages);
        for (const [product, records] of Object.entries(made)) {
          const inspector = new Inspector(product as keyof typeof PRODUCT_RECORD);
          for (const record of records)
            expect(inspector.accept(JSON.stringify(record))).toBeUndefined();
          expect(inspector.tally.records).toBe(records.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is as its published JSON Schema says', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (messages) => {
        for (const [product, records] of Object.entries(await everything(messages))) {
          const schema = published(product);
          for (const record of records)
            expect(schema.safeParse(JSON.parse(JSON.stringify(record))).error).toBeUndefined();
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is the same each time it is made', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (messages) => {
        const [one, two] = [await everything(messages), await everything(messages)];
        expect(JSON.stringify(two)).toBe(JSON.stringify(one));
      }),
      { numRuns: 30 },
    );
  });

  it('has one soul for everyone with three messages', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (messages) => {
        const counts = new Map<string, number>();
        for (const { user } of messages) counts.set(user, (counts.get(user) ?? 0) + 1);
        const known = [...counts].filter(([, count]) => count >= 3).map(([user]) => user);
        const { soul_profiles: souls = [] } = await everything(messages);
        expect(new Set(souls.map((soul) => 'user' in soul && soul.user))).toEqual(new Set(known));
      }),
      { numRuns: 30 },
    );
  });
});
