/** The same for Windows PowerShell 5.1 and later. */
import { scriptHeader } from './header.ts';
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
    $said = (& psql -X @args -f $file -o $outFile 2>&1 | ForEach-Object {
        if ($_ -is [System.Management.Automation.ErrorRecord]) { $_.Exception.Message } else { [string] $_ }
    }) -join "\`n"
    $status = $LASTEXITCODE
    $out = ''
    if (Test-Path $outFile) { $out = [IO.File]::ReadAllText($outFile, $plain) }
    $lines = @(
        (& psql --version),
        ('psql ended at ' + [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss') + 'Z'),
        "with status $status; it said:",
        (Remove-Names ([string] $said)),
        $out
    )
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
