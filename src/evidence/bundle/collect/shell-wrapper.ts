/** A small shell script around psql: also what it says when it is refused is a record then. For any POSIX shell. */
import { scriptHeader } from './header.ts';
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
exit "$status"
`;
}

function more(id: string): readonly string[] {
	return [
		`It takes the options of psql. Where that is refused, --rescue names another way in, of a superuser say:`,
		'',
		`    sh ${id}.sh -h HOST -U ROLE -d DATABASE --rescue 'host=HOST user=postgres dbname=postgres' > bundle.txt`,
		'',
		'Passwords: as psql asks for them, or from ~/.pgpass.',
	];
}
