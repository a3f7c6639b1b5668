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
	return `${about.join('\r\n').replaceAll(/^--/gm, '#')}\r
\r
$ErrorActionPreference = 'Continue'\r
$script = @'\r
${script.replaceAll(/\r?\n/g, '\r\n')}'@\r
\r
if (-not (Get-Command psql -ErrorAction SilentlyContinue)) {\r
    [Console]::Error.WriteLine('there is no psql in PATH; it is in the bin folder of PostgreSQL')\r
    exit 69\r
}\r
\r
# What psql says itself, without names and addresses: a name may be anything between quotes of any language.\r
function Remove-Names([string] $text) {\r
    $quote = [char]34\r
    $text = $text -replace '"(max_wal_senders|pg_use_reserved_connections)"', '$1'\r
    $text = $text -replace '"[^"]*"', ($quote + '...' + $quote)\r
    $open = [char]0xAB; $close = [char]0xBB\r
    $text = $text -replace "$open.*$close", ($quote + '...' + $quote)\r
    $text = $text -replace "$close.*$open", ($quote + '...' + $quote)\r
    $text = $text -replace ([char]0x201E + '.*[' + [char]0x201C + [char]0x201D + ']'), ($quote + '...' + $quote)\r
    $text = $text -replace '\\([0-9a-fA-F:.%]*[.:][0-9a-fA-F:.]*\\)', '(...)'\r
    return $text\r
}\r
\r
$folder = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())\r
New-Item -ItemType Directory -Path $folder | Out-Null\r
try {\r
    $file = Join-Path $folder 'script.sql'\r
    $plain = New-Object System.Text.UTF8Encoding $false\r
    [IO.File]::WriteAllText($file, ($script -replace "\`r\`n", "\`n"), $plain)\r
    if (-not $env:PGCONNECT_TIMEOUT) { $env:PGCONNECT_TIMEOUT = '10' }\r
    $outFile = Join-Path $folder 'out'\r
    $errFile = Join-Path $folder 'err'\r
    # By the command processor: PowerShell would turn what psql prints into objects, and its errors into others.\r
    & psql -X @args -f $file -o $outFile 2> $errFile\r
    $status = $LASTEXITCODE\r
    $said = ''\r
    if (Test-Path $errFile) { $said = Get-Content -Raw $errFile }\r
    $out = ''\r
    if (Test-Path $outFile) { $out = [IO.File]::ReadAllText($outFile, $plain) }\r
    $lines = @(\r
        (& psql --version),\r
        ('psql ended at ' + [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss') + 'Z'),\r
        "with status $status; it said:",\r
        (Remove-Names ([string] $said)),\r
        $out\r
    )\r
    $bundle = Join-Path (Get-Location) 'bundle.txt'\r
    [IO.File]::WriteAllText($bundle, ($lines -join "\`r\`n"), $plain)\r
    Write-Host "written: $bundle"\r
}\r
finally {\r
    Remove-Item -Recurse -Force $folder\r
}\r
exit $status\r
`;
}
