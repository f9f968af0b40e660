/** What the editor can do with a completion. */
export interface CompletionOptions {
  /** Whether it knows snippets: texts with stops that the user steps through. Otherwise each stop's default is put in. */
  readonly snippets?: boolean;
}
