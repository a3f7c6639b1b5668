import type { Configuration } from '../../evidence/openiz/configuration.ts';
import { fittingSize, margin, poolsOf } from '../../evidence/openiz/pools.ts';
import { cleanText } from '../../evidence/untrusted.ts';
import { shrinkPools } from './pool-edits.ts';
import {
	type Changing,
	type Refused,
	refusedParameter,
	type ValueOf,
	type Wanted,
	wholeNumber,
} from './wanted.ts';

/** Connections that a pool may have at most; null where it is to be worked out. */
type Asked = {
	readonly size: number | null;
	readonly slots: number | null;
	/** Slots that other applications hold. */
	readonly others: number;
	readonly instances: number | null;
};

/** `MaxPoolSize` of every connection string: the one wanted, or the largest that fits. */
export function pooling(value: ValueOf): Wanted | Refused {
	const size = value('max-pool-size');
	const slots = wholeNumber(value('budget'), 0);
	const instances = value('instances');
	const asked: Asked = {
		size: size === null ? null : wholeNumber(size, 1),
		slots,
		others: wholeNumber(value('others'), 0) ?? 0,
		instances: instances === null ? null : wholeNumber(instances, 1),
	};
	if (size !== null && asked.size === null)
		return refusedParameter('max-pool-size', 'it must be a whole number from 1');
	if (instances !== null && asked.instances === null)
		return refusedParameter('instances', 'it must be a whole number from 1');
	return {
		change: (configurations) => changing(configurations, asked),
		byHand: [
			asked.size === null
				? `work out the size: (${slots ?? 'the slots that an application can use'} − ${margin.administrators} for administrators − ${margin.monitoring} for monitoring) / (${instances ?? 'the number of IMS instances'} × the number of different connection strings in a file), rounded down`
				: `the size is ${asked.size}`,
			`in the openiz.exe.config of each instance, in every connection string with providerName="Npgsql": MaxPoolSize=${asked.size ?? 'SIZE'} (the key is MaxPoolSize or “Maximum Pool Size”; “Max Pool Size” fails), and no MinPoolSize above it`,
		],
	};
}

/** @throws ConfigurationError */
function changing(configurations: readonly Configuration[], asked: Asked): Changing | Refused {
	const { pools, connections, elsewhere } = poolsOf(configurations);
	if (pools.length === 0)
		return {
			kind: 'unavailable',
			why: `there is no Npgsql connection string in ${configurations.map(({ label }) => label).join(', ')}`,
			next: ['give the openiz.exe.config that the IMS runs with: --config PATH'],
		};
	const unlimited = pools.find(({ pooled }) => !pooled);
	if (unlimited !== undefined)
		return {
			kind: 'unavailable',
			why: `the connection string ${cleanText(unlimited.names.join(', '), { max: 200 })} in ${unlimited.file} has Pooling=false, so that no MaxPoolSize limits it`,
			next: ['let it pool (take Pooling=false out), then make a new plan'],
		};
	// Instances whose file is not at hand are taken to be like the largest that is.
	const perFile = configurations.map((each) => poolsOf([each]).pools.length);
	const files = configurations.length;
	const instances = Math.max(files, asked.instances ?? files);
	const count = pools.length + (instances - files) * Math.max(...perFile);
	const ours = asked.slots === null ? null : Math.max(0, asked.slots - asked.others);
	const fitting = ours === null ? null : fittingSize(ours, count);
	const size = asked.size ?? fitting;
	if (size === null)
		return refusedParameter(
			'max-pool-size',
			'how many slots the server has is not known, so none can be proposed: give a number',
		);
	const arithmetic = `${instances} × ${count / instances} pools`;
	const among = Number.isInteger(count / instances) ? arithmetic : `${count} pools of ${instances} instances`;
	const { administrators, monitoring } = margin;
	const others = asked.others === 0 ? '' : ` − ${asked.others} of other applications`;
	const budget = `${asked.slots} slots${others}`;
	if (size < 1)
		return {
			kind: 'unavailable',
			why: `not even one connection each fits: ${budget} − ${administrators} − ${monitoring}, over ${among}`,
			next: ['fewer instances, or more slots: see the other solutions of this cause'],
		};
	const results = configurations.map((configuration) => ({
		configuration,
		...shrinkPools(configuration, size),
	}));
	const floors = results.flatMap(({ floors: names }) => names);
	const names = (list: readonly string[]): string => cleanText([...new Set(list)].join(', '), { max: 500 });
	const worked =
		asked.slots === null
			? `MaxPoolSize=${size} for ${among}: together at most ${count * size} connections.`
			: asked.size === null
				? `${budget} − ${administrators} for administrators − ${monitoring} for monitoring = ${(ours ?? 0) - administrators - monitoring}; over ${among} that is MaxPoolSize=${size}, together at most ${count * size} connections.`
				: `MaxPoolSize=${size} for ${among} is at most ${count * size} connections; there are ${budget}${count * size > (ours ?? 0) ? ', which is less' : ''}. What fits is ${fitting}.`;
	return {
		edits: (configuration) => results.find((each) => each.configuration === configuration)?.edits ?? [],
		consequences: [
			worked,
			`Now they may open ${connections} connections in the ${files === 1 ? 'file' : `${files} files`} given. Requests beyond the pool wait inside the IMS (its Timeout, 15 s unless set), then fail there instead of at the server.`,
			...(files < instances
				? [`Only ${files} of ${instances} configurations are changed here: do the same in the others.`]
				: []),
			...(elsewhere === 0
				? []
				: [
						`${elsewhere} connection ${elsewhere === 1 ? 'string is' : 'strings are'} for another server and stay as they are.`,
					]),
			...(floors.length === 0
				? []
				: [
						`MinPoolSize is above that in ${names(floors)}, which Npgsql refuses: it is lowered to ${size} too.`,
					]),
		],
		already: `no pool is larger than ${size} already (${among})`,
	};
}
