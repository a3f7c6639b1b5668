/** Who runs this program. */
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';

export type OwnUser = {
	/** -1: users have no numbers here (Windows), or ours cannot be told. */
	readonly uid: number;
	/** Null: nobody has named the number, as in a container. */
	readonly name: string | null;
};

export function ownUser(): OwnUser {
	try {
		const { uid, username } = userInfo();
		return { uid, name: username };
	} catch {
		return { uid: ownNumber(), name: null };
	}
}

/** Linux says it without a name. */
function ownNumber(): number {
	try {
		return statSync('/proc/self').uid;
	} catch {
		return -1;
	}
}

/** For a sentence. */
export function ownUserInWords(): string {
	const { uid, name } = ownUser();
	return name ?? (uid < 0 ? 'this user' : `user ${uid}`);
}
