/** The outline of a log by Windows PowerShell 5.1: its regular expressions are nearly those of JavaScript, so they are the very same. */
import { bareException } from '../../logs/log-entry.ts';
import {
	listedHeader,
	serviceStart,
	successorHeader,
	traceHead,
	traceRest,
} from '../../logs/openiz-entry.ts';
import { applicationMarks, outlineLayouts, serverMarks, startMark } from '../../logs/outline.ts';
import {
	csvHeader,
	epochTime,
	jsonHeader,
	serverStart,
	serverTime,
	severityBefore,
} from '../../logs/postgres-entry.ts';
import { limitSentences, slotSentences } from '../../logs/refusal.ts';
import { severityWords } from '../../logs/refusal-texts.ts';
import {
	anyMark,
	marks,
	refusedException,
	refusedMessage,
	refusedState,
	refusedTail,
	secondary,
	serverTexts,
	textTail,
} from '../../logs/signature-texts.ts';
import { logBegins, logEnds } from '../bundled-logs.ts';
import { mostEvents } from './log-awk.ts';

const { trouble, ordinary, server, bare } = outlineLayouts;

/** A literal string of PowerShell; what is not ASCII by its number, as Windows PowerShell reads a file in the ANSI code page. */
function literal(text: string): string {
	const plain = text.replaceAll("'", "''");
	if (/^[\x20-\x7e]*$/.test(plain)) return `'${plain}'`;
	const units = [...text].flatMap((character) =>
		Array.from({ length: character.length }, (_, index) => character.charCodeAt(index)),
	);
	return `(-join [char[]] (${units.join(',')}))`;
}

/** A pattern: its flags but `s` mean nothing to .NET, or are given by how it is used. */
const pattern = ({ source, flags }: RegExp): string =>
	literal(`${flags.includes('s') ? '(?s)' : ''}${source.replaceAll('\\/', '/')}`);

const applicationTests = marks
	.map(
		({ mark, pattern: words }) =>
			`    if ($text -cmatch ${pattern(words)}) { Add-Mark $s '${applicationMarks[mark].letter}' }`,
	)
	.join('\n');
const serverTests = Object.entries(serverTexts)
	.map(([name, text]) => {
		const [, found] = Object.entries(serverMarks).find(([known]) => known === name) ?? [];
		const unless = 'unless' in text ? ` -and $text -cnotmatch ${pattern(text.unless)}` : '';
		return `    if ($text -cmatch ${pattern(text.pattern)}${unless}) { return '${found?.letter}' }`;
	})
	.join('\n');

const list = (texts: readonly string[]): string => texts.map((text) => `    ${literal(text)}`).join(',\n');

export const outlineFunctions = `
$slots = @(
${list(slotSentences)}
)
$limits = @(
${list(limitSentences)}
)
$severities = @(
${list(severityWords)}
)

# What a refusal says: no slot is left, or a limit of one's own, in the languages of PostgreSQL.
function Get-Refusal([string] $text) {
    foreach ($begin in $slots) { if ($text.StartsWith($begin, [StringComparison]::Ordinal)) { return '${serverMarks.slots.letter}' } }
    foreach ($sentence in $limits) {
        $at = $sentence.IndexOf('%s')
        if ($at -lt 0) {
            if ($text.StartsWith($sentence, [StringComparison]::Ordinal)) { return '${serverMarks['own limit'].letter}' }
            continue
        }
        $before = $sentence.Substring(0, $at)
        if (-not $text.StartsWith($before, [StringComparison]::Ordinal)) { continue }
        $end = $text.IndexOf($sentence.Substring($at + 2), $at, [StringComparison]::Ordinal)
        if ($end -gt $at -and $end -le $at + 63) { return '${serverMarks['own limit'].letter}' }
    }
    if ($text.Substring(0, [Math]::Min(120, $text.Length)) -cmatch '\\bmax_wal_senders\\b') { return '${serverMarks['own limit'].letter}' }
    return ''
}

function Add-Mark($s, [string] $mark) { if (-not $s.found.Contains($mark)) { $s.found += $mark } }

# A line of an application's entry.
function Add-Marks($s, [string] $text, [bool] $opens) {
    if ($text -cnotmatch ${pattern(anyMark)}) { return }
    $refused = $false
    $tail = ''
    $match = [regex]::Match($text, ${pattern(refusedException)})
    if (-not $match.Success -and $opens) { $match = [regex]::Match($text, ${pattern(refusedMessage)}) }
    if ($match.Success) {
        $refused = $true
        $tail = $match.Groups[1].Value
    }
    elseif ($text -cmatch ${pattern(refusedTail)}) { $refused = $true }
    else { $tail = [regex]::Match($text, ${pattern(textTail)}).Groups[1].Value }
    if ($refused) { Add-Mark $s '${applicationMarks.refused.letter}' }
    if ((Get-Refusal $tail) -ceq '${serverMarks['own limit'].letter}') { Add-Mark $s '${applicationMarks['own limit'].letter}' }
${applicationTests}
}

# A message of the server.
function Get-Kind([string] $text, [string] $severity, [string] $state) {
    if ($severity -cnotmatch ${pattern(secondary)}) {
        $whose = Get-Refusal $text
        if ($whose) { return $whose }
        if ($state -cmatch ${pattern(refusedState)}) { return '${serverMarks.slots.letter}' }
    }
${serverTests}
    if ($text -cmatch ${pattern(serverStart)}) { return '${startMark}' }
    return ''
}

# A time as it is written, and nothing that is none.
function Get-Stamp([string] $text) {
    $text = ($text -replace '[\\x00-\\x1f\\x7f]', ' ').Trim()
    if ($text.Length -gt 59) { return '-' }
    if ($text -match '^1\\d+([.]\\d+)?$') { return $text }
    if ($text -match '^\\D*\\d+\\D+\\d+\\D+\\d+\\D+\\d+\\D+\\d\\d(\\D+\\d\\d)?([.,]\\d+)?\\D*([+-]\\d\\d(:?\\d\\d)?)?$') { return $text }
    return '-'
}

function New-Start([string] $layout, [string] $stamp, [string] $thread, [string] $part, [string] $message) {
    return @{ layout = $layout; stamp = $stamp; thread = $thread; part = $part; message = $message; severity = ''; state = ''; csv = $false }
}

function Get-Layout([string] $level) {
    if (-not $level -or $level -match '^(Critical|Error|Warning|Fatal)$') { return '${trouble}' }
    return '${ordinary}'
}

function New-ServerStart([string] $stamp, [string] $severity, [string] $state, [string] $message, [bool] $csv) {
    $start = New-Start '${server}' $stamp '' '' $message
    $start.severity = $severity
    $start.state = $state
    $start.csv = $csv
    return $start
}

# What the header of an entry says; nothing: the line has none.
function Get-Start([string] $line, [bool] $inHeaded) {
    $colon = $line.IndexOf(' : ', [StringComparison]::Ordinal)
    if ($colon -ge 8 -and $colon -le 90) {
        $rest = [regex]::Match($line.Substring($colon + 3), ('^' + ${pattern(traceRest)}))
        $head = [regex]::Match($line.Substring(0, $colon), ${pattern(traceHead)})
        if ($rest.Success -and $head.Success) {
            return New-Start (Get-Layout $rest.Groups[2].Value) $head.Groups[1].Value $head.Groups[2].Value $rest.Groups[1].Value $rest.Groups[3].Value
        }
    }
    if ($line.Contains('THD#:')) {
        $listed = [regex]::Match($line, ${pattern(listedHeader)})
        if ($listed.Success) {
            return New-Start (Get-Layout $listed.Groups[2].Value) $listed.Groups[1].Value $listed.Groups[3].Value '' $listed.Groups[4].Value
        }
    }
    $at = $line.IndexOf('@')
    if ($at -ge 1 -and $at -le 200) {
        $next = [regex]::Match($line, ${pattern(successorHeader)})
        if ($next.Success) {
            return New-Start (Get-Layout $next.Groups[3].Value) $next.Groups[4].Value $next.Groups[2].Value $next.Groups[1].Value $next.Groups[5].Value
        }
    }
    if ($line.Contains('"')) {
        $csv = [regex]::Match($line, ${pattern(csvHeader)})
        if ($csv.Success) {
            return New-ServerStart $csv.Groups[1].Value $csv.Groups[3].Value (' ' + $csv.Groups[4].Value + ' ') $csv.Groups[5].Value $true
        }
    }
    if ($line.StartsWith('{', [StringComparison]::Ordinal)) {
        $json = [regex]::Match($line, ${pattern(jsonHeader)})
        if ($json.Success) {
            $value = @{}
            foreach ($name in 'error_severity', 'state_code', 'message') {
                $value[$name] = [regex]::Match($line, ('"' + $name + '":"((?:[^"\\\\]|\\\\.){0,2000})')).Groups[1].Value
            }
            return New-ServerStart $json.Groups[1].Value $value['error_severity'] (' ' + $value['state_code'] + ' ') $value['message'] $false
        }
    }
    if (-not $line.StartsWith([string] [char] 9, [StringComparison]::Ordinal)) {
        $at = $line.IndexOf(':  ', [StringComparison]::Ordinal)
        while ($at -ge 0 -and $at -le 300) {
            $before = $line.Substring(0, $at)
            $severity = [regex]::Match($before, ${pattern(severityBefore)}).Groups[1].Value
            if (-not $severity) {
                foreach ($word in $severities) { if ($before.EndsWith($word, [StringComparison]::Ordinal)) { $severity = $word } }
            }
            if ($severity) {
                $state = $before.Substring(0, $at - $severity.Length)
                $stamp = [regex]::Match($state, ${pattern(serverTime)}).Groups[1].Value
                if (-not $stamp) { $stamp = [regex]::Match($state, ${pattern(epochTime)}).Groups[1].Value }
                return New-ServerStart $stamp $severity $state $line.Substring($at + 3) $false
            }
            $at = $line.IndexOf(':  ', $at + 1, [StringComparison]::Ordinal)
        }
    }
    if (-not $inHeaded -and $line -cmatch ${pattern(bareException)}) { return New-Start '${bare}' '' '' '' $line }
    return $null
}

function Get-Number($table, [string] $name) {
    if (-not $name) { return '-' }
    if (-not $table.ContainsKey($name)) { $table[$name] = $table.Count + 1 }
    return [string] $table[$name]
}

# The entry that has just ended.
function Close-Entry($s) {
    $entry = $s.entry
    if ($null -eq $entry) { return }
    $s.entry = $null
    $marks = $s.found
    if (-not $marks) { $marks = '-' }
    $stamp = Get-Stamp $entry.stamp
    $line = '{0} {1} {2} {3} {4} {5}' -f $s.opened, $entry.layout, $marks, (Get-Number $s.threads $entry.thread), (Get-Number $s.parts $entry.part), $stamp
    $thread = 't' + $entry.thread
    if ($s.found -ceq '${startMark}') { $s.starts[$entry.layout] = $line }
    elseif ($s.found) {
        $key = $s.found, $entry.layout, $entry.part, $entry.stamp -join ' '
        # One trouble that is told twice in the same breath.
        if (-not $entry.thread -or $s.told[$thread] -cne $key) {
            $with = @($line)
            # Why reads time out is told by the silence before.
            if ($s.found -cmatch '[${applicationMarks.reading.letter}${applicationMarks['no answer'].letter}]') { $with += @($s.latest, $s.own[$thread], $s.beforeOwn[$thread]) }
            $s.events.Enqueue(@{ kind = $s.found + ' ' + $entry.layout; stamp = $stamp; with = $with })
            if ($s.events.Count -gt ${mostEvents}) {
                $oldest = $s.events.Dequeue()
                if (-not $s.more.ContainsKey($oldest.kind)) { $s.more[$oldest.kind] = @{ events = 0; first = $oldest.stamp } }
                $s.more[$oldest.kind].events += 1
            }
        }
        $s.told[$thread] = $key
    }
    if ($entry.layout -cmatch '^[${trouble}${ordinary}]$') {
        $s.beforeOwn[$thread] = $s.latest
        $s.own[$thread] = $line
    }
    $s.latest = $line
}

function Get-QuotesOdd([string] $line) { return (($line.Split([char] 34).Length - 1) % 2) -eq 1 }

# The lines of an outline.
function Get-Outline([IO.TextReader] $reader) {
    $s = @{
        entry = $null; found = ''; opened = 0; latest = $null; threads = @{}; parts = @{}
        own = @{}; beforeOwn = @{}; told = @{}; starts = @{}; more = @{}
        events = New-Object System.Collections.Queue
    }
    $count = @{ '${trouble}' = 0; '${ordinary}' = 0; '${server}' = 0; '${bare}' = 0 }
    $number = 0
    $quoted = 0
    while ($null -ne ($line = $reader.ReadLine())) {
        $number += 1
        $start = $null
        if ($quoted -gt 0 -and $quoted -lt 10000) {
            if (Get-QuotesOdd $line) { $quoted = 0 } else { $quoted += 1 }
        }
        else {
            $inHeaded = $null -ne $s.entry -and $s.entry.layout -cmatch '^[${trouble}${ordinary}]$'
            $start = Get-Start $line $inHeaded
            if ($null -ne $start) { if ($start.csv -and (Get-QuotesOdd $line)) { $quoted = 1 } else { $quoted = 0 } }
        }
        if ($null -ne $start) {
            Close-Entry $s
            $s.entry = $start
            $s.opened = $number
            $s.found = ''
            $count[$start.layout] += 1
            if ($start.layout -ceq '${server}') { $s.found = Get-Kind $start.message $start.severity $start.state }
            else {
                Add-Marks $s $start.message $true
                if ($start.layout -ceq '${ordinary}' -and $start.message -cmatch ${pattern(serviceStart)}) { $s.found = '${startMark}' }
            }
        }
        elseif ($null -ne $s.entry -and $s.entry.layout -cne '${server}') { Add-Marks $s $line $false }
    }
    Close-Entry $s
    'read {0} {1} {2} {3}' -f $number, ($count['${trouble}'] + $count['${ordinary}'] + $count['${bare}']), $count['${server}'], $count['${ordinary}']
    foreach ($kind in $s.more.Keys) { 'more {0} {1} {2}' -f $s.more[$kind].events, $kind, $s.more[$kind].first }
    $kept = @{}
    foreach ($line in @($s.events | ForEach-Object { $_.with }) + @($s.starts.Values) + @($s.latest)) {
        if ($line) { $kept[[int64] $line.Split(' ')[0]] = $line }
    }
    foreach ($key in ($kept.Keys | Sort-Object)) { $kept[$key] }
}

function Get-LogHead([string] $file, [int] $place, [int] $number) {
    $day = [regex]::Match([IO.Path]::GetFileName($file), '(\\d{4})-?(\\d\\d)-?(\\d\\d)')
    $named = '-'
    if ($day.Success) { $named = $day.Groups[1].Value + $day.Groups[2].Value + $day.Groups[3].Value }
    $changed = '-'
    if ([IO.File]::Exists($file)) {
        $changed = [string] [int64] ([IO.File]::GetLastWriteTimeUtc($file) - (New-Object DateTime 1970, 1, 1)).TotalSeconds
    }
    $now = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)
    $zone = [DateTimeOffset]::Now.ToString('zzz', [Globalization.CultureInfo]::InvariantCulture).Replace(':', '')
    return 'log {0}.{1} {2} {3} {4} {5}Z' -f $place, $number, $named, $changed, $zone, $now
}

# One log, as the lines of its part of the bundle.
function Get-Log([string] $file, [int] $place, [int] $number, [bool] $named) {
    $lines = @(Get-LogHead $file $place $number)
    if (-not [IO.File]::Exists($file)) { $lines += 'unread missing' }
    else {
        $stream = $null
        try {
            Write-Host "reading $file"
            # The service that writes it has it open.
            $stream = [IO.File]::Open($file, 'Open', 'Read', 'ReadWrite')
            if ($file -match '[.]gz$') { $stream = New-Object IO.Compression.GZipStream $stream, ([IO.Compression.CompressionMode]::Decompress) }
            $reader = New-Object IO.StreamReader $stream, ([Text.Encoding]::UTF8), $true
            $lines += @(Get-Outline $reader)
        }
        catch { $lines += 'unread denied' }
        finally { if ($null -ne $stream) { $stream.Dispose() } }
        # What lies in a folder beside its logs was not asked for.
        if (-not $named -and $lines[1] -match '^read \\d+ 0 0 0$') { return }
    }
    '${logBegins}'
    $lines
    '${logEnds}' + $lines.Count + ' ==='
}

function Get-Logs([string[]] $paths) {
    $number = 0
    $places = @{}
    foreach ($path in $paths) {
        $path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)
        if ([IO.Directory]::Exists($path)) {
            $files = @([IO.DirectoryInfo]::new($path).GetFiles() | Where-Object { $_.Name -match '[.](log|txt|csv|json)([.-][0-9]+)*([.]gz)?$' } |
                Sort-Object LastWriteTimeUtc -Descending | Select-Object -First 50 | ForEach-Object { $_.FullName })
            $folder = $path
        }
        else {
            $files = @($path)
            $folder = [IO.Path]::GetDirectoryName($path)
        }
        $place = [int] (Get-Number $places $folder)
        foreach ($file in $files) {
            $number += 1
            Get-Log $file $place $number ($folder -cne $path)
        }
        if ($files.Count -eq 0) {
            '${logBegins}'
            Get-LogHead $path $place 1
            'unread none'
            '${logEnds}2 ==='
        }
    }
}
`.trimStart();
