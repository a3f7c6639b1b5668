import { useEffect, useState } from 'react';

/**
 * The time in milliseconds, anew every second while something is under way.
 * @param running false: the time stands still, and nothing is drawn again for it
 */
export function useClock(now: () => number, running: boolean): number {
	const [time, setTime] = useState(now);
	useEffect(() => {
		if (!running) return;
		setTime(now());
		const timer = setInterval(() => setTime(now()), 1_000);
		return () => clearInterval(timer);
	}, [now, running]);
	return time;
}
