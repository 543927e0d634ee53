import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Tools } from './dynamodb-tools.ts';

const ITEM = {
  n: 10,
  text: 'béla',
  yes: true,
  nothing: null,
  list: [1, 'two', { three: 3 }],
  map: { deep: { n: 1 }, flag: false },
  words: new Set(['a', 'b']),
  numbers: new Set([1, 2]),
  bytes: new Uint8Array([1, 2, 3]),
};

/** Each with the values it uses and whether it holds for ITEM. */
const CONDITIONS: readonly [string, Readonly<Record<string, unknown>>, boolean][] = [
  ['n = :v', { ':v': 10 }, true],
  ['n <> :v', { ':v': 10 }, false],
  ['n < :v', { ':v': 9 }, false],
  ['n < :v', { ':v': 100 }, true],
  ['n BETWEEN :a AND :b', { ':a': -5, ':b': 10 }, true],
  ['n IN (:a, :b)', { ':a': 1, ':b': 10 }, true],
  ['n = :v', { ':v': '10' }, false],
  ['absent <> :v', { ':v': 1 }, true],
  ['absent = :v', { ':v': 1 }, false],
  ['absent < :v', { ':v': 1 }, false],
  ['NOT absent < :v', { ':v': 1 }, true],
  ['text > :v', { ':v': 'bz' }, true],
  ['begins_with(text, :v)', { ':v': 'bé' }, true],
  ['contains(text, :v)', { ':v': 'él' }, true],
  ['size(text) = :v', { ':v': 5 }, false],
  ['yes = :v', { ':v': true }, true],
  ['yes = :v', { ':v': false }, false],
  ['nothing = :v', { ':v': null }, true],
  ['attribute_exists(nothing)', {}, true],
  ['attribute_type(nothing, :v)', { ':v': 'NULL' }, true],
  ['attribute_type(n, :v)', { ':v': 'S' }, false],
  ['attribute_exists(map.deep.n)', {}, true],
  ['attribute_not_exists(map.deep.m)', {}, true],
  ['map.deep.n = :v', { ':v': 1 }, true],
  ['map.flag = :v', { ':v': false }, true],
  ['list[1] = :v', { ':v': 'two' }, true],
  ['list[2].three = :v', { ':v': 3 }, true],
  ['list[9] = :v', { ':v': 3 }, false],
  ['contains(list, :v)', { ':v': 'two' }, true],
  ['contains(list, :v)', { ':v': 2 }, false],
  ['size(list) = :v', { ':v': 3 }, true],
  ['size(map) = :v', { ':v': 2 }, true],
  ['contains(words, :v)', { ':v': 'b' }, true],
  ['words = :v', { ':v': new Set(['b', 'a']) }, true],
  ['numbers = :v', { ':v': new Set([2, 1]) }, true],
  ['words = :v', { ':v': new Set(['a', 'c']) }, false],
  ['words = :v', { ':v': new Set(['a']) }, false],
  ['list = :v', { ':v': [1, 'two', { three: 3 }] }, true],
  ['list = :v', { ':v': ['two', 1, { three: 3 }] }, false],
  ['map = :v', { ':v': { flag: false, deep: { n: 1 } } }, true],
  ['map <> :v', { ':v': { flag: false, deep: { n: 2 } } }, true],
  ['map.deep = :v', { ':v': { n: 1 } }, true],
  ['map.deep IN (:a, :b)', { ':a': [1], ':b': { n: 1 } }, true],
  ['contains(list, :v)', { ':v': { three: 3 } }, true],
  ['NOT contains(list, :v)', { ':v': { three: 4 } }, true],
  ['bytes = :v', { ':v': new Uint8Array([1, 2, 3]) }, true],
  ['bytes > :v', { ':v': new Uint8Array([1, 2]) }, true],
  ['size(bytes) = :v', { ':v': 3 }, true],
  ['attribute_not_exists(n) OR n = :v', { ':v': 10 }, true],
  ['attribute_exists(n) AND (n = :v OR yes = :w)', { ':v': 1, ':w': true }, true],
  ['n = text', {}, false],
  ['n >= map.deep.n', {}, true],
];

/** What the expressions of conditions and updates mean, case by case. */
export function conditionSuite(name: string, { doc, aTable, put, read, failure }: Tools): void {
  describe(`${name}: expressions`, () => {
    it('hold or fail as documented', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a', ...ITEM });
      const wrong: string[] = [];
      for (const [condition, values, expected] of CONDITIONS) {
        const words = ['yes', 'nothing', 'list', 'map', 'text', 'bytes', 'numbers', 'words', 'n'];
        // every name through a placeholder: several are reserved
        const expression = condition.replace(
          new RegExp(`(?<![:.\\w])(${words.join('|')})(?=[\\s.,)\\[]|$)`, 'g'),
          '#$1',
        );
        const used = [...new Set([...expression.matchAll(/#\w+/g)].map(([word]) => word))];
        const held = await doc()
          .send(
            new UpdateCommand({
              TableName,
              Key: { pk: 'a', sk: 'x' },
              UpdateExpression: 'SET touched = :touched',
              ConditionExpression: expression,
              ...(used.length > 0 && {
                ExpressionAttributeNames: Object.fromEntries(
                  used.map((word) => [word, word.slice(1)]),
                ),
              }),
              ExpressionAttributeValues: { ...values, ':touched': 1 },
            }),
          )
          .then(
            () => true,
            (error: unknown) =>
              (error as Error).name === 'ConditionalCheckFailedException' ? false : String(error),
          );
        if (held !== expected)
          wrong.push(`${condition} ${JSON.stringify(values)}: ${String(held)}`);
      }
      expect(wrong).toEqual([]);
    });

    it('keep numbers exact and equal whatever they look like', async () => {
      const TableName = await aTable();
      const client = doc();
      const wide = 12345678901234567890123456789012345678n;
      await put(TableName, { pk: 'wide', n: wide });
      await client.send(
        new UpdateCommand({
          TableName,
          Key: { pk: 'wide', sk: 'x' },
          UpdateExpression: 'ADD n :one',
          ConditionExpression: 'n = :n',
          ExpressionAttributeValues: { ':one': 1, ':n': wide },
          ReturnValues: 'NONE',
        }),
      );
      const again = new PutCommand({
        TableName,
        Item: { pk: 'wide', sk: 'x' },
        ConditionExpression: 'n = :n',
        ExpressionAttributeValues: { ':n': wide + 1n },
      });
      await client.send(again);
      expect(await read(TableName, 'wide')).toEqual({ pk: 'wide', sk: 'x' });
    });

    it('refuse to touch a key, a missing parent or one path twice', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a', n: 1 });
      for (const UpdateExpression of [
        'SET sk = :v',
        'SET absent.deep = :v',
        'SET n = :v, n = :v',
        'SET n = absent',
        'SET n = :unused',
      ]) {
        const update = new UpdateCommand({
          TableName,
          Key: { pk: 'a', sk: 'x' },
          UpdateExpression,
          ...(UpdateExpression.includes(':v') && { ExpressionAttributeValues: { ':v': 1 } }),
        });
        expect((await failure(doc().send(update))).name).toBe('ValidationException');
      }
      expect(await read(TableName, 'a')).toEqual({ pk: 'a', sk: 'x', n: 1 });
    });
  });
}
