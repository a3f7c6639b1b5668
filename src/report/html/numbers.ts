/** Numbers the figures and tables of one report, so that each can be named in a ticket, and no two are called the same. */
export class Numbers {
	#figures = 0;
	#tables = 0;

	/** As `Figure 3`. */
	figure(): string {
		this.#figures += 1;
		return `Figure ${this.#figures}`;
	}

	/** As `Table 3`. */
	table(): string {
		this.#tables += 1;
		return `Table ${this.#tables}`;
	}
}
