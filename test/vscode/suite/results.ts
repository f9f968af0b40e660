/** What the suite leaves in a file: the window's own report of its end is the same after a crash. */
export interface SuiteResults {
  readonly tests: readonly TestResult[];
}

export interface TestResult {
  readonly title: string;
  readonly milliseconds: number;
  /** Undefined where it passed. */
  readonly error: string | undefined;
}
