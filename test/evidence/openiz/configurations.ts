/** Configurations of every shape that was met, in our own words and with nobody's secrets. */

export const password = 'S3cret-pass&word';

export type Shape = {
	readonly bom?: boolean;
	readonly newline?: '\n' | '\r\n';
	readonly quote?: '"' | "'";
	/** One attribute to a line. */
	readonly spread?: boolean;
	/** Attributes of the `<connectionManager>` besides those that it must have. */
	readonly manager?: string;
	readonly strings?: readonly (readonly [name: string, text: string])[];
};

export const pool = (database: string, rest: string): string =>
	`server=db.example; database=${database}; user id=ims; password=${password}; pooling=true; ${rest}`;

const usual: NonNullable<Shape['strings']> = [
	['Reporting', pool('openiz_reporting', 'MinPoolSize=10; MaxPoolSize=30; Timeout=10; ')],
	['PSQL_RW', pool('openiz', 'MinPoolSize=10; MaxPoolSize=30; Command Timeout=120 ')],
	['PSQL_RO', pool('openiz', 'MinPoolSize=10; MaxPoolSize=30; Command Timeout=120 ')],
];

export function configuration(shape: Shape = {}): string {
	const { bom = false, newline = '\n', quote = '"', spread = false, manager = '', strings = usual } = shape;
	const q = (text: string): string => {
		const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
		return `${quote}${safe.replaceAll(quote, quote === '"' ? '&quot;' : '&apos;')}${quote}`;
	};
	const between = spread ? `${newline}                       ` : ' ';
	const lines = [
		'<?xml version="1.0" encoding="utf-8"?>',
		'<!-- a comment with <openiz.persistence.data.ado><connectionManager/> in it -->',
		'<configuration>',
		'  <configSections>',
		'    <section name="openiz.persistence.data.ado" type="Some.Handler, Some.Assembly"/>',
		'  </configSections>',
		'  <openiz.messaging.hl7.notification.pixpdq>',
		'    <targets><add connectionString="llp://hie.example:2100" name="HIE"/></targets>--> left over',
		'  </openiz.messaging.hl7.notification.pixpdq>',
		'  <openiz.warehouse.ado>',
		'    <connectionManager readonlyConnection="Reporting" readWriteConnection="Reporting" stm="false"/>',
		'  </openiz.warehouse.ado>',
		'  <openiz.persistence.data.ado>',
		'    <!-- <connectionManager stm="true" readWriteConnection="Reporting"/> -->',
		`    <connectionManager ${[
			'readWriteConnection="PSQL_RW"',
			'readonlyConnection="PSQL_RO"',
			'provider="Some.Provider, Some.Assembly"',
			...(manager === '' ? [] : [manager]),
		].join(between)} />`,
		'    <connectionManager readWriteConnection="Reporting" stm="false"/>',
		'    <corrections><add>q &gt; 1 <![CDATA[<connectionManager>&]]></add></corrections>',
		'  </openiz.persistence.data.ado>',
		'  <connectionStrings>',
		'    <add name="OpenIZ" connectionString="Data Source=(LocalDb)\\v12.0;Initial Catalog=OpenIZ; Min Pool Size=10" providerName="System.Data.SqlClient"/>',
		...strings.map(
			([name, text]) => `    <add name=${q(name)} connectionString=${q(text)} providerName=${q('Npgsql')} />`,
		),
		'  </connectionStrings>',
		'  <runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"><x y="ä€😀"/></assemblyBinding></runtime>',
		'</configuration>',
		'',
	];
	return `${bom ? '\ufeff' : ''}${lines.join(newline)}`;
}

/** OpenIZ's sample: what matters stands in comments only, with placeholders that are no XML. */
export const sample = [
	'\ufeff<?xml version="1.0" encoding="utf-8" ?>',
	'<configuration>',
	'  <!-- Enable this section',
	'  <openiz.persistence.data.ado>',
	'    <connectionManager readWriteConnection="<<name of the string>>" provider="<<provider>>"/>',
	'  </openiz.persistence.data.ado>',
	'  -->',
	'  <connectionStrings>',
	'  </connectionStrings>',
	'</configuration>',
].join('\r\n');
