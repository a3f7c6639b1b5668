/** An `openiz.exe.config` for a lab run: the parts that say how the IMS connects. */
import type { SitePool } from './site.ts';

export type ConfigurationInput = {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly pools: readonly SitePool[];
	/** Null: the connection strings name none. */
	readonly commandTimeoutSeconds: number | null;
};

const provider = 'OpenIZ.OrmLite.Providers.PostgreSQLProvider, OpenIZ.OrmLite, Version=1.0.0.0';

/** XML with CRLF line ends, as the service reads it on Windows. */
export function siteConfiguration({
	host,
	port,
	user,
	password,
	pools,
	commandTimeoutSeconds,
}: ConfigurationInput): string {
	const timeout = commandTimeoutSeconds === null ? '' : `; Command Timeout=${commandTimeoutSeconds}`;
	const strings = pools.map(
		({ name, database, max }) =>
			`    <add name="${xml(name)}" providerName="Npgsql" connectionString="${xml(
				`server=${host}; port=${port}; database=${database}; user id=${user}; password=${password}; ` +
					`pooling=true; MinPoolSize=1; MaxPoolSize=${max}${timeout}`,
			)}" />`,
	);
	return `${[
		'<?xml version="1.0" encoding="utf-8"?>',
		'<configuration>',
		'  <configSections>',
		'    <section name="openiz.persistence.data.ado"',
		'             type="OpenIZ.Persistence.Data.ADO.Configuration.AdoConfigurationSectionHandler, OpenIZ.Persistence.Data.ADO" />',
		'  </configSections>',
		'  <connectionStrings>',
		...strings,
		'  </connectionStrings>',
		'  <openiz.persistence.data.ado>',
		'    <connectionManager readWriteConnection="openiz" readonlyConnection="openiz" insertUpdate="true"',
		`                       provider="${provider}" />`,
		'  </openiz.persistence.data.ado>',
		'  <system.diagnostics>',
		'    <sharedListeners>',
		'      <add name="fileLog" initializeData="openiz.log"',
		'           type="MARC.HI.EHRS.SVC.Core.Logging.RollOverTextWriterTraceListener, MARC.HI.EHRS.SVC.Core" />',
		'    </sharedListeners>',
		'  </system.diagnostics>',
		'</configuration>',
	].join('\r\n')}\r\n`;
}

function xml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
