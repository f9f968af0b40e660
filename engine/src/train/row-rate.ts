/** Rows a second, over all steps since it was last restarted. */
export class RowRate {
  private since: { readonly started: number; rows: number } | undefined;

  /** Takes in a step that has just ended; 0 for the first one, which makes sessions or follows a validation, and says nothing. */
  take(rows: number): number {
    const now = performance.now();
    if (!this.since) {
      this.since = { started: now, rows: 0 };
      return 0;
    }
    this.since.rows += rows;
    return this.since.rows / ((now - this.since.started) / 1000);
  }

  restart(): void {
    this.since = undefined;
  }
}
