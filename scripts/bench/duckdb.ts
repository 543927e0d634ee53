import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * The benchmark's peer: the same job as DuckDB would have it done. Copies are found by counting, because a window over all
 * messages costs several times as much; equal (ts, user, text) stay in the source that has most of them, the first by name.
 */
const [folder = '', out = '', kind = 'chat'] = process.argv.slice(2);

const FROM_CHAT = `
  select filename as source, unnest(generate_series(1, len(messages))) as position, unnest(messages, max_depth := 2)
  from read_json('${folder}/**/*.json', filename = true, maximum_object_size = 16777216,
    columns = {messages: 'STRUCT("timestamp" VARCHAR, "user" VARCHAR, message VARCHAR)[]'})`;
const FROM_ARRAY = `
  select filename as source, row_number() over () as position, "timestamp", "user", message
  from read_json('${folder}/*.json', format = 'array', filename = true,
    columns = {"timestamp": 'VARCHAR', "user": 'VARCHAR', message: 'VARCHAR'})`;
const FROM_LINES = String.raw`
  select filename as source, position, strftime(strptime(parts[1], '%m/%d/%Y %I:%M:%S %p'), '%Y-%m-%dT%H:%M:%SZ') as "timestamp",
    parts[2] as "user", parts[3] as message
  from (select filename, row_number() over () as position,
      regexp_extract(line, '^\[([^\]]+)\] (\S+?): (.*)$', ['1', '2', '3']) as p, [p['1'], p['2'], p['3']] as parts
    from read_csv('${folder}/*.txt', delim = '\x01', header = false, quote = '', escape = '', filename = true,
      columns = {line: 'VARCHAR'}))`;

const database = join(out, 'duck.db');
const duck = await DuckDBInstance.create(database, { threads: '1', memory_limit: '512MB' });
const connection = await duck.connect();
await connection.run(`set temp_directory = '${out}/duck.tmp'`);
const from = { chat: FROM_CHAT, json: FROM_ARRAY, txt: FROM_LINES }[kind] ?? FROM_CHAT;
await connection.run(`create table said as ${from}`);
await connection.run(`
  create table copies as
  select "timestamp", "user", message, arg_min(source, (-n, source)) as keeper from (
    select "timestamp", "user", message, source, count(*) as n from said
    semi join (select "timestamp", "user", message from said group by all having min(source) <> max(source)) shared
      using ("timestamp", "user", message)
    group by all)
  group by all`);
await connection.run(`
  create view kept as select s.* from said s left join copies c using ("timestamp", "user", message)
  where c.keeper is null or c.keeper = s.source`);
await connection.run(`
  copy (select "timestamp" as ts, "user", message as text, 'message' as kind from kept order by "timestamp", source, position)
  to '${out}/corpus.ndjson' (format json)`);
await connection.run(`
  copy (select "user", count(*) as messages, sum(length(message)) as chars, count(distinct "timestamp"[:10]) as days,
    min("timestamp") as "first", max("timestamp") as "last" from kept group by "user" order by messages desc)
  to '${out}/users.ndjson' (format json)`);
const counted = await connection.runAndReadAll('select count(*) from kept');
console.log(JSON.stringify({ stored: Number(counted.getRows()[0]?.[0]) }));
connection.closeSync();
rmSync(database, { force: true });
