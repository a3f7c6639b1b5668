/**
 * The statements that every collecting script has, kept in variables of psql: how a look begins and ends, and how a record
 * is made of what was answered. They are for psql 10 and later, and for servers from 10 on.
 */
import { commonFolders, commonNames, namedColumns } from '../../../article/column-kind.ts';
import { quoteLiteral } from '../../../article/parameters.ts';
import { digestLength, lineLength } from '../format.ts';

/** What PostgreSQL itself calls things, and what our own sentences are made of: words that name nobody. */
const vocabulary = `
active idle in transaction aborted fastpath function call disabled starting
client backend walsender walreceiver walwriter autovacuum worker launcher background writer checkpointer startup archiver
logical replication parallel standalone slotsync io summarizer apply
lock lwlock bufferpin ipc timeout activity extension injectionpoint
relation extend page tuple transactionid virtualxid spectoken object userlock advisory applytransaction frozenid
accesssharelock rowsharelock rowexclusivelock shareupdateexclusivelock sharelock sharerowexclusivelock exclusivelock
accessexclusivelock sireadlock
async sync quorum potential streaming catchup backup stopping physical
on off true false yes no none null default user session database superuser
b kb mb gb tb us ms s min h d
self hosted rds aurora cloud sql alloydb azure supabase neon managed unknown beta rc devel
`
	.trim()
	.split(/\s+/);

/** What a statement begins with: all that is ever shown of one. */
const keywords = `
SELECT INSERT UPDATE DELETE MERGE WITH VALUES TABLE COPY BEGIN START COMMIT END ROLLBACK SAVEPOINT RELEASE PREPARE EXECUTE
DEALLOCATE DECLARE FETCH MOVE CLOSE CREATE ALTER DROP TRUNCATE GRANT REVOKE COMMENT VACUUM ANALYZE REINDEX CLUSTER REFRESH
LOCK LISTEN NOTIFY UNLISTEN SET RESET SHOW EXPLAIN CALL DO DISCARD CHECKPOINT
`
	.trim()
	.split(/\s+/);

const list = (values: readonly string[]): string => values.map(quoteLiteral).join(', ');

/** Longest wait for a lock, in milliseconds, as in a live look. */
const lockTimeoutMs = 2_000;

/** @param jit whether the server knows that setting: from 11 on */
const begin = (jit: boolean): string => `begin read only;
set local standard_conforming_strings = on;
set local search_path = pg_catalog, pg_temp;${jit ? '\nset local jit = off;' : ''}
set local statement_timeout = :kb_limit;
set local lock_timeout = ${lockTimeoutMs};
set local idle_in_transaction_session_timeout = 30000;
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'iso_8601';
set local timezone = 'UTC';
set local application_name = 'kbwizard-collect';`;

/** A number as a live look passes it on: without zeros at its end. */
const plainNumber = (value: string, type: string, number: string): string =>
	`case when ${type} = 'number' and ${value} ~ '^-?[0-9]+[.][0-9]*0$' then ${number}(rtrim(rtrim(${value}, '0'), '.')::numeric)`;

/** The facts with those of the row that was answered, by both of their names. */
const learn = `:kb_begin
select case when :kb_bytes then regexp_replace(facts::text, '[^\\x01-\\x7f]', '?', 'g') else facts::text end as kb_facts
from (select :'kb_facts'::jsonb || coalesce(jsonb_object_agg(prefix || key, value), '{}') as facts
from (select key, ${plainNumber("value #>> '{}'", 'jsonb_typeof(value)', 'to_jsonb')} else value end as value
      from jsonb_each(:'kb_rows'::jsonb -> 0) where key <> 'verdict') row
  cross join (values (''), (:'kb_slug' || '__')) as named (prefix)
where :'kb_wanted'::jsonb ? (prefix || key)) known`;

/** A row as the second look of two sees it. */
const remember = `:kb_begin
select coalesce(jsonb_object_agg('before_' || key, ${plainNumber("value #>> '{}'", 'jsonb_typeof(value)', 'to_jsonb')} else value end), '{}')::text as kb_memory,
  clock_timestamp() as kb_first_at
from jsonb_each(:'kb_rows'::jsonb -> 0)`;

const token = (kind: string, text: string): string =>
	`${kind} || '-' || left(:kb_digest :'kb_salt' || ${text} :kb_digested, ${digestLength})`;

const isCommon = (text: string): string =>
	`(lower(${text}) in (${list(commonNames)}) or ${text} ~ '${commonFolders}')`;

/** What is between words: ASCII that is no letter. What is beyond ASCII may be a letter of a name. */
const separators = '[\\x01-@\\[-^`{-\\x7f]+';
/** Before and behind a blank or bracket, nothing of it taken. */
const aroundParts = '(?=[ (),;])|(?<=[ (),;])';
const timestamp = '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,15}([+-][0-9:]+|Z)?$';
const address =
	'^([0-9]{1,3}[.]){3}[0-9]{1,3}(/[0-9]+)?$|^[0-9a-fA-F]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*(/[0-9]+)?$';
const serverFile = '((postgresql|postgresql[.]auto|pg_hba)[.]conf(, line [0-9]+)?)$';

/**
 * A record: what was answered, each value shown as it is only if it names nobody. Numbers, states and what the query
 * says itself are; the names of roles, databases, applications and addresses become tokens, equal names equal tokens;
 * of a statement its first keyword is left. Whatever else is text becomes a token too.
 */
const record = `:kb_begin
with kind (name, ending) as (values ${namedColumns.map(([kind, ending]) => `('${kind}', '${ending}')`).join(', ')}),
own as (select value as said from json_array_elements_text(:'kb_own'::json)),
word as (select unnest(string_to_array('${vocabulary.join(' ')}', ' ')) as word
  union select regexp_split_to_table(lower(said), '${separators}') from own
  union select name from pg_settings where name !~ '[.]'),
cell as (select r.n as nth, c.n as place, c.key, c.value, json_typeof(c.value) as type, c.value #>> '{}' as said
  from json_array_elements(:'kb_rows'::json) with ordinality as r (value, n)
  cross join lateral json_each(r.value) with ordinality as c (key, value, n)),
shown as (select c.nth, c.place, c.key,
  ${plainNumber('c.said', 'c.type', 'to_json')}
    when c.type in ('null', 'boolean', 'number') then c.value
    when c.said ~ '${timestamp}' then c.value
    when ${isCommon('c.said')} or c.said in (select said from own) then c.value
    when c.key ~ '(^|_)(query|statement|sql)$' then to_json(coalesce((select k from unnest(array[${list(keywords)}]) k
      where k = upper(substring(c.said from '^[[:space:]]*([A-Za-z]+)'))), 'OTHER'))
    when k.name is not null then to_json((select string_agg(case when ${isCommon('part')} then part
        else ${token('k.name', 'part')} end, ', ' order by n)
      from regexp_split_to_table(c.said, '[[:space:]]*,[[:space:]]*') with ordinality as p (part, n)))
    when c.said ~ '${serverFile}' then to_json('.../' || substring(c.said from '${serverFile}'))
    when c.key ~ '(^|_)wait_event$' and c.said ~ '^[A-Za-z]{1,40}$' then c.value
    when c.key = 'time_zone' and c.said ~ '^[A-Za-z0-9_+/:-]{1,60}$' then c.value
    else coalesce((select to_json(string_agg(case when part !~ '${address}' or ${isCommon('part')} then part
        else ${token("'address'", 'part')} end, '' order by n))
      from regexp_split_to_table(c.said, '${aroundParts}') with ordinality as p (part, n)
      having bool_and(part ~ '${address}' or not exists (select 1
        from regexp_split_to_table(lower(part), '${separators}') as w (word)
        where w.word <> '' and w.word not in (select word from word)))), to_json(${token("'name'", 'c.said')})) end as value
  from cell c left join kind k on c.key ~ k.ending),
said as (select json_build_object('said', :'kb_said', 'code', :'kb_code', 'at', :'kb_at'::timestamptz, 'ms', :'kb_ms'::numeric,
  'about', :'kb_about'::json, 'rows', coalesce((select json_agg(fields order by nth)
    from (select nth, json_object_agg(key, value order by place) as fields from shown group by nth) each), '[]'))::text as text),
plain as (select case when octet_length(text) = length(text) and not :kb_bytes then text
  when getdatabaseencoding() <> 'UTF8' then regexp_replace(text, '[^\\x01-\\x7f]', '?', 'g')
  else (select string_agg(case when ascii(c) < 128 then c when ascii(c) < 65536 then '\\u' || lpad(to_hex(ascii(c)), 4, '0')
      else '\\u' || to_hex(55232 + ascii(c) / 1024) || '\\u' || to_hex(56320 + ascii(c) % 1024) end, '' order by n)
    from regexp_split_to_table(text, '') with ordinality as t (c, n)) end as text from said),
line as (select replace(text, E'\\n', ' ') as text from plain)
select 'record ' || :'kb_kind' || ' ' || :'kb_check' || ' ' || length(text) || ' ' || left(:kb_digest text :kb_digested, ${digestLength}) from line
union all
select * from (select '[' || substr(text, n, ${lineLength}) || ']' from line, generate_series(1, length(text), ${lineLength}) n order by n) piece;
rollback;`;

/** What a script begins with: each part under the name by which it is used, for servers before 11 and from 11 on. */
export const psqlParts = { begin, learn, remember, record };

/** A statement into a variable: in dollar quotes psql changes nothing of it. */
export function partAs(name: string, sql: string): string {
	return `select $kb$${sql}$kb$ as ${name} \\gset`;
}
