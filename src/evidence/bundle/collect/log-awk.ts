/** An awk program that makes the outline of a log: for any POSIX awk, byte by byte (LC_ALL=C), with no word of the log in it. */
import {
	applicationMarks,
	outlineLayouts,
	type ServerMark,
	serverMarks,
	startMark,
} from '../../logs/outline.ts';
import { limitSentences, slotSentences } from '../../logs/refusal.ts';
import { anyMark, marks, refusedState, secondary, serverTexts } from '../../logs/signature-texts.ts';

/** Events of one log that are told one by one; of those before them the number. */
export const mostEvents = 200;

const { trouble, ordinary, server, bare } = outlineLayouts;
const letterOf = (name: ServerMark): string => serverMarks[name].letter;

/** In awk's quotes. The sentences have no control characters, and a single quote would end the program's own. */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/**
 * One of our patterns as awk has it: classes spelled out, no counts, no word boundary (mawk knows neither).
 * @throws RangeError for what awk cannot say at all
 */
export function awkPattern({ source }: RegExp): string {
	const said = source
		.replaceAll('(?:', '(')
		.replaceAll('\\b', '')
		.replaceAll(/\{(\d+)(?:,\d*)?\}/g, (_, least) => (least === '0' ? '*' : '+'))
		.replaceAll('[\\s,|;=]', '[ \\t,|;=]')
		.replaceAll('[\\s,|;]', '[ \\t,|;]')
		.replaceAll('\\s', '[ \\t]')
		.replaceAll('\\d', '[0-9]')
		.replaceAll('\\w', '[A-Za-z0-9_]')
		.replaceAll('(?=$|', '($|');
	if (/\(\?|\\[^t()[\].]|'|(?<!\\)\//.test(said)) throw new RangeError(`awk has no way to say ${source}`);
	return `/${said}/`;
}

const date = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]';
const clock = '[0-9][0-9]:[0-9][0-9]:[0-9][0-9]([.,][0-9]+)?';

const sentences = [
	...slotSentences.map((text) => `\tslot[++slots] = ${quoted(text)}`),
	...limitSentences.map((text) => {
		const [before = '', after = ''] = text.split('%s');
		return `\tlimits++; before[limits] = ${quoted(before)}; after[limits] = ${quoted(after)}`;
	}),
].join('\n');

/** `mark` for each text of an application, `kind` for each of the server. */
const applicationTests = marks
	.map(({ mark, pattern }) => `\tif (text ~ ${awkPattern(pattern)}) add("${applicationMarks[mark].letter}")`)
	.join('\n');
const serverTests = Object.entries(serverTexts)
	.map(([name, text]) => {
		const unless = 'unless' in text ? ` && text !~ ${awkPattern(text.unless)}` : '';
		const [, { letter }] = Object.entries(serverMarks).find(([known]) => known === name) ?? [
			'',
			{ letter: '' },
		];
		return `\tif (text ~ ${awkPattern(text.pattern)}${unless}) return "${letter}"`;
	})
	.join('\n');

/** Reads a log from its standard input. Variables: none. */
export const outlineProgram = `
# What a refusal says: no slot is left, or a limit of one's own, in the languages of PostgreSQL.
function said(text,   i, rest, at) {
	for (i = 1; i <= slots; i++) if (index(text, slot[i]) == 1) return "${letterOf('slots')}"
	for (i = 1; i <= limits; i++) {
		if (index(text, before[i]) != 1) continue
		if (after[i] == "") return "${letterOf('own limit')}"
		rest = substr(text, length(before[i]) + 1)
		at = index(rest, after[i])
		if (at > 1 && at <= 200) return "${letterOf('own limit')}"
	}
	return substr(text, 1, 120) ~ /max_wal_senders/ ? "${letterOf('own limit')}" : ""
}
function add(mark) { if (index(found, mark) == 0) found = found mark }

# A line of an application's entry.
function look(text, opens,   tail, refused) {
	if (text !~ ${awkPattern(anyMark)}) return
	refused = 0
	if (match(text, /PostgresException( \\(0x[0-9A-Fa-f]+\\))? ?: 53300/) && substr(text, RSTART + RLENGTH, 1) !~ /[A-Za-z0-9_]/) {
		refused = 1
		tail = substr(text, RSTART + RLENGTH)
		sub(/^: /, "", tail)
	} else if (opens && match(text, /^(Error : )?53300: /)) {
		refused = 1
		tail = substr(text, RLENGTH + 1)
	} else if (text ~ /^[ \\t]*SqlState: 53300[ \\t]*$/) {
		refused = 1
		tail = ""
	} else if (match(text, /^[ \\t]*MessageText: /)) tail = substr(text, RLENGTH + 1)
	else tail = ""
	if (refused) add("${applicationMarks.refused.letter}")
	if (said(tail) == "${letterOf('own limit')}") add("${applicationMarks['own limit'].letter}")
${applicationTests}
}

# A message of the server.
function kind(text, severity, state,   whose) {
	if (severity !~ ${awkPattern(secondary)}) {
		whose = said(text)
		if (whose != "") return whose
		if (state ~ ${awkPattern(refusedState)}) return "${letterOf('slots')}"
	}
${serverTests}
	if (text ~ /^(starting PostgreSQL |listening on (IPv[46] address|Unix socket) )/) return "${startMark}"
	return ""
}

# A time as it is written, and nothing that is none.
function clean(text) {
	gsub(/[\\001-\\037\\177]/, " ", text)
	gsub(/^ +| +$/, "", text)
	if (length(text) > 59) return "-"
	return text ~ /^[^0-9]*[0-9]+[^0-9]+[0-9]+[^0-9]+[0-9]+[^0-9]+[0-9]+[^0-9]+[0-9][0-9]([^0-9]+[0-9][0-9])?([.,][0-9]+)?[^0-9]*([+-][0-9][0-9](:?[0-9][0-9])?)?$/ || text ~ /^1[0-9]+([.][0-9]+)?$/ ? text : "-"
}

function quotes(text) { return gsub(/"/, "", text) % 2 }

function field(line, name) {
	if (!match(line, "\\"" name "\\":\\"")) return ""
	line = substr(line, RSTART + RLENGTH)
	return match(line, /^([^"\\\\]|\\\\.)*/) ? substr(line, 1, RLENGTH) : ""
}

# Where a line begins an entry, what its header says: h_stamp, h_thread, h_part, h_level, h_message.
function openiz(line,   at, head, rest, words) {
	at = index(line, " : ")
	if (at > 8 && at <= 200) {
		head = substr(line, 1, at - 1)
		rest = substr(line, at + 3)
		if (head ~ /^[^0-9]*[0-9]+[^0-9]+[0-9]+[^0-9]+[0-9]+[^0-9]/ && match(rest, /^[^ \\t]+[ \\t](Critical|Error|Warning|Information|Verbose|Start|Stop|Suspend|Resume|Transfer):[ \\t]-?[0-9]+[ \\t]:/)) {
			split(substr(rest, 1, RLENGTH), words, /[ \\t]+/)
			h_part = words[1]
			h_level = words[2]
			h_message = substr(rest, RLENGTH + 1)
			sub(/^[ \\t]/, "", h_message)
			h_thread = ""
			if (match(head, /\\[@[0-9]+\\][ \\t]*$/)) {
				h_thread = substr(head, RSTART + 2)
				sub(/\\].*/, "", h_thread)
				head = substr(head, 1, RSTART - 1)
			}
			h_stamp = head
			return 1
		}
	}
	if (index(line, "THD#:") && line ~ /^[ \\t]*${date}T${clock}/ && match(line, /[ \\t](Critical|Error|Warning|Information|Verbose|Fatal|Informational|EventLevel[A-Za-z0-9_]*)[ \\t]+THD#:[0-9]+[ \\t]+/)) {
		split(substr(line, RSTART, RLENGTH), words, /[ \\t]+|THD#:/)
		h_level = words[2]
		h_thread = words[4]
		h_part = ""
		h_message = substr(line, RSTART + RLENGTH)
		h_stamp = substr(line, 1, RSTART - 1)
		return 1
	}
	if (match(line, /^[ \\t]*[A-Za-z0-9_.\`+]+@[A-Za-z0-9_]*[ \\t]*(<[A-Za-z0-9_]+>)?[ \\t]*\\[${date}T${clock}(Z|[+-][0-9][0-9]:[0-9][0-9])?\\][ \\t]*:/)) {
		head = substr(line, 1, RLENGTH)
		h_message = substr(line, RLENGTH + 1)
		sub(/^[ \\t]/, "", h_message)
		h_stamp = head
		sub(/^[^[]*\\[/, "", h_stamp)
		sub(/\\].*/, "", h_stamp)
		h_level = match(head, /<[A-Za-z0-9_]+>/) ? substr(head, RSTART + 1, RLENGTH - 2) : "Error"
		h_part = head
		sub(/@.*/, "", h_part)
		h_thread = head
		sub(/^[^@]*@/, "", h_thread)
		sub(/[^A-Za-z0-9_].*/, "", h_thread)
		return 1
	}
	return 0
}

# The same of the server's: h_stamp, h_severity, h_state, h_message.
function postgres(line,   at, from, head) {
	csv = 0
	if (index(line, "\\"") && match(line, /^${date} ${clock} [^",]+,/)) {
		head = substr(line, 1, RLENGTH - 1)
		if (match(line, /,[^ ",0-9][^",0-9]+,[0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z],"?/)) {
			csv = 1
			h_stamp = head
			h_severity = substr(line, RSTART + 1)
			h_state = h_severity
			sub(/,.*/, "", h_severity)
			h_state = " " substr(h_state, length(h_severity) + 2, 5) " "
			h_message = substr(line, RSTART + RLENGTH)
			return 1
		}
	}
	if (line ~ /^\\{"timestamp":"[^"]+",/) {
		h_stamp = field(line, "timestamp")
		h_severity = field(line, "error_severity")
		h_state = " " field(line, "state_code") " "
		h_message = field(line, "message")
		return 1
	}
	if (line ~ /^\\t/) return 0
	from = 0
	while ((at = index(substr(line, from + 1, 303), ":  ")) > 0) {
		at += from
		if (at > 303) return 0
		head = substr(line, 1, at - 1)
		if (match(head, /(^|[^A-Za-z0-9_\\200-\\377])[A-Z\\200-\\377][A-Z\\200-\\377]+$/)) {
			h_severity = substr(head, RSTART)
			sub(/^[^A-Z\\200-\\377]/, "", h_severity)
			h_state = substr(head, 1, length(head) - length(h_severity))
			h_message = substr(line, at + 3)
			h_stamp = "-"
			if (match(h_state, /${date}[ T]${clock}( ?(Z|[A-Z][A-Z]+|[+-][0-9][0-9](:?[0-9][0-9])?))?/)) h_stamp = substr(h_state, RSTART, RLENGTH)
			else if (match(h_state, /(^|[ \\t[(])1[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]([.][0-9][0-9][0-9])?($|[ \\t)]|\\])/)) {
				h_stamp = substr(h_state, RSTART, RLENGTH)
				gsub(/[^0-9.]/, "", h_stamp)
			}
			return 1
		}
		from = at
	}
	return 0
}

function number(name, table,   key) {
	key = name
	if (key == "") return "-"
	if (!((table, key) in numbers)) numbers[table, key] = ++count[table]
	return numbers[table, key]
}

# The entry that has just ended.
function close_entry(   line, key, i) {
	if (layout == "") return
	line = opened " " layout " " (found == "" ? "-" : found) " " number(thread, "t") " " number(part, "p") " " clean(stamp)
	if (found == "${startMark}") start[layout == "${server}"] = line
	else if (found != "") {
		key = found " " layout " " thread " " part " " stamp
		# One trouble that is told twice in the same breath.
		if (thread == "" || key != told[thread]) {
			events++
			i = events % most
			if (events > most) {
				if (dropped[what[i]]++ == 0) first[what[i]] = when[i]
			}
			what[i] = found " " layout
			when[i] = clean(stamp)
			event[i] = line
			# Why reads time out is told by the silence before.
			ahead[i] = found ~ /[${applicationMarks.reading.letter}${applicationMarks['no answer'].letter}]/ ? latest "\\n" own[thread] "\\n" before_own[thread] : ""
		}
		told[thread] = key
	}
	if (layout == "${trouble}" || layout == "${ordinary}") {
		before_own[thread] = latest
		own[thread] = line
	}
	latest = line
	layout = ""
}

BEGIN {
	most = ${mostEvents}
${sentences}
}

{
	line = $0
	sub(/\\r$/, "", line)
	if (NR == 1) sub(/^\\357\\273\\277/, "", line)
	begins = ""
	if (quoted && quoted < 10000) {
		quoted = quotes(line) ? 0 : quoted + 1
	} else if (openiz(line)) {
		begins = h_level ~ /^(Critical|Error|Warning|Fatal):?$/ ? "${trouble}" : "${ordinary}"
		quoted = 0
	} else if (postgres(line)) {
		begins = "${server}"
		h_thread = h_part = ""
		quoted = csv && quotes(line) ? 1 : 0
	} else if (layout != "${trouble}" && layout != "${ordinary}" && line ~ /^[ \\t]*[A-Za-z0-9_.]+Exception[^:]*:/) {
		begins = "${bare}"
		h_stamp = h_thread = h_part = ""
		h_message = line
	}
	if (begins != "") {
		close_entry()
		layout = begins
		opened = NR
		entries[layout]++
		stamp = h_stamp
		thread = h_thread
		part = h_part
		found = layout == "${server}" ? kind(h_message, h_severity, h_state) : ""
		if (layout != "${server}") look(h_message, 1)
		if (layout == "${ordinary}" && h_message ~ /^(OpenIZ|SanteDB) Startup|^Service started/) found = "${startMark}"
	} else if (layout != "" && layout != "${server}") look(line, 0)
}

END {
	close_entry()
	print "read " NR " " entries["${trouble}"] + entries["${ordinary}"] + entries["${bare}"] " " entries["${server}"] + 0 " " entries["${ordinary}"] + 0
	for (kinds in dropped) print "more " dropped[kinds] " " kinds " " first[kinds]
	for (i in event) {
		keep(event[i])
		split(ahead[i], others, "\\n")
		for (j in others) keep(others[j])
	}
	keep(start[0])
	keep(start[1])
	keep(latest)
	for (i = 1; i <= NR; i++) if (i in kept) print kept[i]
}

function keep(line) { if (line != "") kept[line + 0] = line }
`.trimStart();
