/** The same for Windows PowerShell 5.1 and later. */
import { logsTaken, scriptHeader } from './header.ts';
import { outlineFunctions } from './log-powershell.ts';
import { psqlScript, type ScriptInput } from './psql-script.ts';
import { plainId } from './quote.ts';

export function powershellWrapper(input: ScriptInput): string {
	const id = plainId(input.article.id);
	const script = psqlScript(input);
	const about = scriptHeader({
		...input,
		script,
		run: [
			`powershell -ExecutionPolicy Bypass -File ${id}.ps1 -h HOST -U ROLE -d DATABASE`,
			'',
			'It takes the options of psql, and writes bundle.txt into the folder where it is started. psql must be in PATH,',
			'as in the SQL Shell of the installer. Passwords: as psql asks for them, or from pgpass.conf.',
			'Where that is refused, --rescue names another way in, of a superuser say; --log takes along what a log has to say:',
			'',
			`    powershell -ExecutionPolicy Bypass -File ${id}.ps1 -h HOST -U ROLE -d DATABASE --log C:\\OpenIZ\\logs --rescue "host=HOST user=postgres"`,
			'',
			...logsTaken,
		],
	});
	// In a literal here-string nothing is read but the line that ends it: no line of the script begins with that.
	return `${about.join('\n').replaceAll(/^--/gm, '#')}

$ErrorActionPreference = 'Continue'
$script = @'
${script}'@

if (-not (Get-Command psql -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine('there is no psql in PATH; it is in the bin folder of PostgreSQL')
    exit 69
}

$pass = @()
$logs = @()
$rescue = ''
for ($i = 0; $i -lt $args.Count; $i++) {
    $word = [string] $args[$i]
    if ($word -ceq '--log' -or $word -ceq '--rescue') {
        $i += 1
        if ($i -ge $args.Count) {
            [Console]::Error.WriteLine("$word wants a value")
            exit 64
        }
        if ($word -ceq '--log') { $logs += [string] $args[$i] } else { $rescue = [string] $args[$i] }
    }
    else { $pass += $word }
}

${outlineFunctions}
# What psql says itself, without names and addresses: a name may be anything between quotes of any language.
function Remove-Names([string] $text) {
    $quote = [char]34
    $text = $text -replace '"(max_wal_senders|pg_use_reserved_connections)"', '$1'
    $text = $text -replace '"[^"]*"', ($quote + '...' + $quote)
    $open = [char]0xAB; $close = [char]0xBB
    $text = $text -replace "$open.*$close", ($quote + '...' + $quote)
    $text = $text -replace "$close.*$open", ($quote + '...' + $quote)
    $text = $text -replace ([char]0x201E + '.*[' + [char]0x201C + [char]0x201D + ']'), ($quote + '...' + $quote)
    $text = $text -replace '\\([0-9a-fA-F:.%]*[.:][0-9a-fA-F:.]*\\)', '(...)'
    return $text
}

$folder = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $folder | Out-Null
try {
    $file = Join-Path $folder 'script.sql'
    $plain = New-Object System.Text.UTF8Encoding $false
    [IO.File]::WriteAllText($file, ($script -replace "\`r\`n", "\`n"), $plain)
    if (-not $env:PGCONNECT_TIMEOUT) { $env:PGCONNECT_TIMEOUT = '10' }
    $outFile = Join-Path $folder 'out'
    # Of an error only what psql said: PowerShell adds where this file lies.
    function Invoke-Psql([string[]] $options) {
        if (Test-Path $outFile) { Remove-Item $outFile }
        $said = (& psql -X @options -f $file -o $outFile 2>&1 | ForEach-Object {
            if ($_ -is [System.Management.Automation.ErrorRecord]) { $_.Exception.Message } else { [string] $_ }
        }) -join "\`n"
        $out = ''
        if (Test-Path $outFile) { $out = [IO.File]::ReadAllText($outFile, $plain) }
        return @{ status = $LASTEXITCODE; said = $said; out = $out }
    }
    $run = Invoke-Psql $pass
    $lines = @(
        (& psql --version),
        ('psql ended at ' + [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss') + 'Z'),
        "with status $($run.status); it said:",
        (Remove-Names $run.said)
    )
    if ($run.status -eq 2 -and $rescue -and $run.out -notmatch '(?m)^record head') {
        $refused = 'none'
        if ($run.said.Contains('remaining connection slots are reserved')) { $refused = '53300/InitPostgres' }
        if ($run.said.Contains('too many clients already')) { $refused = '53300/InitProcess' }
        $run = Invoke-Psql @('-d', $rescue, '-v', "refused=$refused")
        $lines += "the rescue ended with status $($run.status); it said:"
        $lines += 'rescue: ' + ((Remove-Names $run.said) -replace "\`n", "\`nrescue: ")
    }
    $status = $run.status
    $lines += $run.out
    $lines += @(Get-Logs $logs)
    $bundle = Join-Path (Get-Location) 'bundle.txt'
    [IO.File]::WriteAllText($bundle, ($lines -join "\`r\`n"), $plain)
    Write-Host "written: $bundle"
}
finally {
    Remove-Item -Recurse -Force $folder
}
exit $status
`;
}
