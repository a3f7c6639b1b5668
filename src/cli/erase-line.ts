/** Takes away what stands on the terminal's line: the only order that the program gives it outside the screens. */
export const eraseLine = '\r\x1b[K';
