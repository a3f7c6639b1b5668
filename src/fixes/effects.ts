/** The built-in effects: one file each. A new one is added here, and in the article format's own list. */
import type { Inverse } from '../session/record.ts';
import { allowConnections, allowConnectionsBack } from './allow-connections.ts';
import { cancel } from './cancel.ts';
import { connectionLimit, connectionLimitBack } from './connection-limit.ts';
import type { Effect, WayBack } from './effect.ts';
import { fileBack } from './files/file-back.ts';
import { openiz } from './openiz.ts';
import { pooler } from './pooler.ts';
import { baseBackup } from './replication/base-backup.ts';
import { replicationAccess, replicationAccessBack } from './replication/replication-access.ts';
import { replicationRole, replicationRoleBack } from './replication/replication-role.ts';
import { replicationSlot, replicationSlotBack } from './replication/replication-slot.ts';
import { standbyProof } from './replication/standby-proof.ts';
import { standbySettings } from './replication/standby-settings.ts';
import { commentOut } from './restart/comment-out.ts';
import { restart } from './restart/restart.ts';
import { setting } from './setting.ts';
import { settingBack } from './setting-state.ts';
import { sqlEffect } from './sql-effect.ts';
import { standbys } from './standbys.ts';
import { step } from './step.ts';
import { terminate } from './terminate.ts';
import { wait } from './wait.ts';
import { write } from './write.ts';

export const effects: readonly Effect[] = [
	terminate,
	cancel,
	connectionLimit,
	allowConnections,
	setting,
	openiz,
	sqlEffect,
	restart,
	standbys,
	commentOut,
	replicationRole,
	replicationSlot,
	replicationAccess,
	baseBackup,
	standbyProof,
	standbySettings,
	wait,
	write,
	pooler,
	step,
];

/** How each kind of inverse is carried out. */
export function wayBack(inverse: Inverse): WayBack {
	switch (inverse.effect) {
		case 'connection-limit':
			return connectionLimitBack(inverse);
		case 'allow-connections':
			return allowConnectionsBack(inverse);
		case 'setting':
			return settingBack(inverse);
		case 'file':
			return fileBack(inverse);
		case 'replication-role':
			return replicationRoleBack(inverse);
		case 'replication-slot':
			return replicationSlotBack(inverse);
		case 'replication-access':
			return replicationAccessBack(inverse);
	}
}
