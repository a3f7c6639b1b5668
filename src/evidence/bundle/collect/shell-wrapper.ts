/** A small shell script around psql: also what it says when it is refused is a record then. For any POSIX shell. */
import { portTakesConnections } from '../../refusal-text/rules.ts';
import { logBegins, logEnds } from '../bundled-logs.ts';
import { logsTaken, scriptHeader } from './header.ts';
import { outlineProgram } from './log-awk.ts';
import { psqlScript, type ScriptInput } from './psql-script.ts';
import { plainId } from './quote.ts';

const endOfScript = 'END_OF_KBWIZARD_SCRIPT';

export function shellWrapper(input: ScriptInput): string {
	const id = plainId(input.article.id);
	const script = psqlScript(input);
	const about = scriptHeader({
		...input,
		script,
		run: [`sh ${id}.sh -h HOST -U ROLE -d DATABASE > bundle.txt`, ...more(id)],
	});
	return `#!/bin/sh
${about.join('\n').replaceAll(/^--/gm, '#')}

set -u
umask 077

rescue=
logs=
count=$#
while [ "$count" -gt 0 ]; do
	word=$1
	shift
	count=$((count - 1))
	case $word in
	--rescue)
		if [ "$count" -eq 0 ]; then
			echo "$0: --rescue wants a connection string" >&2
			exit 64
		fi
		rescue=$1
		shift
		count=$((count - 1))
		;;
	--log)
		if [ "$count" -eq 0 ]; then
			echo "$0: --log wants a log, or the folder of logs" >&2
			exit 64
		fi
		logs="$logs$1
"
		shift
		count=$((count - 1))
		;;
	*) set -- "$@" "$word" ;;
	esac
done

if ! command -v psql >/dev/null 2>&1; then
	echo "$0: there is no psql here (the package is called postgresql-client)" >&2
	exit 69
fi

folder=$(mktemp -d) || exit 70
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
PGCONNECT_TIMEOUT=\${PGCONNECT_TIMEOUT:-10}
export PGCONNECT_TIMEOUT

cat >"$folder/script.sql" <<'${endOfScript}'
${script}${endOfScript}

${logFunctions}
# What psql says itself, without names and addresses: a name may be anything between quotes of any language.
without_names() {
	sed -e 's/"max_wal_senders"/max_wal_senders/g' \\
		-e 's/"pg_use_reserved_connections"/pg_use_reserved_connections/g' \\
		-e 's/"[^"]*"/"..."/g' -e 's/«.*»/«...»/g' -e 's/».*«/»...«/g' -e 's/„.*[“”]/"..."/g' -e 's/“.*”/"..."/g' \\
		-e 's/([0-9a-fA-F:.%]*[.:][0-9a-fA-F:.]*)/(...)/g' -e 's/([^()]*::[^()]*)/(...)/g' "$1"
}

psql -X "$@" -f "$folder/script.sql" >"$folder/out" 2>"$folder/err"
status=$?
psql --version
date -u '+psql ended at %Y-%m-%dT%H:%M:%SZ'
echo "with status $status; it said:"
without_names "$folder/err"
knock

if [ "$status" -eq 2 ] && [ -n "$rescue" ] && ! grep -q '^record head' "$folder/out"; then
	refused=none
	if grep -q 'remaining connection slots are reserved' "$folder/err"; then refused=53300/InitPostgres; fi
	if grep -q 'too many clients already' "$folder/err"; then refused=53300/InitProcess; fi
	psql -X -d "$rescue" -v "refused=$refused" -f "$folder/script.sql" >"$folder/out" 2>"$folder/err"
	status=$?
	echo "the rescue ended with status $status; it said:"
	without_names "$folder/err" | sed -e 's/^/rescue: /'
fi
cat "$folder/out"
take_logs
exit "$status"
`;
}

/** Of each log only its outline leaves the machine; and a knock at the port of a host that psql says nothing more of. */
const logFunctions = `
cat >"$folder/outline.awk" <<'${endOfScript}'
${outlineProgram}${endOfScript}

unpacked() {
	case $(od -An -tx1 -N2 "$1" | tr -d ' \\n') in
	1f8b) gzip -dc "$1" ;;
	fffe | feff) iconv -f UTF-16 -t UTF-8 "$1" ;;
	*) cat "$1" ;;
	esac
}

# One log: of what folder, its number there, and whether it was named itself.
take_log() {
	day=$(printf '%s\\n' "\${1##*/}" | awk 'match($0, /[0-9][0-9][0-9][0-9]-?[0-9][0-9]-?[0-9][0-9]/) { day = substr($0, RSTART, RLENGTH); gsub(/-/, "", day); print day }')
	changed=$(stat -c %Y "$1" 2>/dev/null || stat -f %m "$1" 2>/dev/null || echo -)
	echo "log $2.$3 \${day:--} $changed $(date +%z) $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$folder/log"
	if [ ! -f "$1" ]; then
		echo 'unread missing' >>"$folder/log"
	elif [ ! -r "$1" ]; then
		echo 'unread denied' >>"$folder/log"
	else
		echo "reading $1" >&2
		unpacked "$1" 2>/dev/null | LC_ALL=C awk -f "$folder/outline.awk" >>"$folder/log"
		# What lies in a folder beside its logs was not asked for.
		if [ "$4" = beside ] && grep -q '^read [0-9]* 0 0 0$' "$folder/log"; then return; fi
	fi
	echo '${logBegins}'
	cat "$folder/log"
	echo "${logEnds}$(wc -l <"$folder/log" | tr -d ' ') ==="
}

# Which of the folders it is: the first is 1.
place_of() {
	printf '%s\\n' "$1" >>"$folder/places"
	grep -nxF -e "$1" "$folder/places" | head -n 1 | cut -d : -f 1
}

take_logs() {
	number=0
	printf '%s' "$logs" | while IFS= read -r path; do
		if [ ! -d "$path" ]; then
			number=$((number + 1))
			take_log "$path" "$(place_of "$(dirname "$path")")" "$number" named
			continue
		fi
		place=$(place_of "$path")
		# The newest: it is long ago that matters least.
		ls -t "$path" | grep -Ei '[.](log|txt|csv|json)([.-][0-9]+)*([.]gz)?$' | head -n 50 >"$folder/names"
		while IFS= read -r name; do
			number=$((number + 1))
			take_log "$path/$name" "$place" "$number" beside
		done <"$folder/names"
		if [ ! -s "$folder/names" ]; then
			printf '%s\\n' '${logBegins}' "log $place.1 - - - $(date -u +%Y-%m-%dT%H:%M:%SZ)" 'unread none' '${logEnds}2 ==='
		fi
	done
}

# psql says the same of a host that is silent and of one that is not there.
knock() {
	at=$(sed -n 's/.*server at "\\([^"]*\\)".* port \\([0-9]*\\) failed: timeout expired.*/\\1 \\2/p' "$folder/err" | head -n 1)
	case $at in '' | *[!A-Za-z0-9.:_\\ -]*) return ;; esac
	if ! command -v bash >/dev/null 2>&1 || ! command -v timeout >/dev/null 2>&1; then return; fi
	if timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "\${at% *}" "\${at##* }" 2>/dev/null; then
		echo '${portTakesConnections}'
	else
		echo 'the port takes no connection'
	fi
}
`;

function more(id: string): readonly string[] {
	return [
		`It takes the options of psql. Where that is refused, --rescue names another way in, of a superuser say:`,
		'',
		`    sh ${id}.sh -h HOST -U ROLE -d DATABASE --rescue 'host=HOST user=postgres dbname=postgres' > bundle.txt`,
		'',
		'--log takes along what a log has to say of this, once for each log or folder of logs:',
		'',
		`    sh ${id}.sh -h HOST -U ROLE -d DATABASE --log /var/log/postgresql --log /opt/openiz/logs > bundle.txt`,
		'',
		...logsTaken,
		'',
		'Passwords: as psql asks for them, or from ~/.pgpass.',
	];
}
