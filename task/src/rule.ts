import type { RelatedPlace, Severity } from '../../protocol/src/problem.ts';
import type { TaskContext } from './context.ts';
import type { DataFacts } from './data-facts.ts';
import type { ModelFacts, PromptTableFacts } from './environment.ts';
import type { Fix } from './fix.ts';
import type { Span } from './json-tree.ts';
import type { RowView } from './row-view.ts';
import type { BadRow } from './rows.ts';

/** What a rule has to say. `at` is in the text of the task file, or in a row's line. */
export interface Finding {
  at: Span;
  message: string;
  /** When it differs from the rule's. */
  severity?: Severity;
  related?: RelatedPlace[];
  /** The best one first; they change the text that `at` is in. */
  fixes?: readonly Fix[];
}

export type Report = (finding: Finding) => void;

/**
 * Reports on a row. The finding is made only if it will be shown, since a file may have a problem in each of its rows.
 * Findings are counted and capped by `group`.
 */
export type RowReport = (makeFinding: () => Finding, group?: string) => void;

/** What lies around the task file, besides its data. */
export interface Surroundings {
  model: ModelFacts;
  /** Undefined when there is no such file yet. */
  promptTable: PromptTableFacts | undefined;
}

/** An example for the documentation, which the tests check too. */
export interface RuleExample {
  /** What `wrong` and `right` are: keys of the file, keys of a template, or lines of the training data. */
  of: 'file' | 'template' | 'rows';
  wrong: string;
  right: string;
}

/**
 * What of a row decides whether a rule for rows has something to say of it, and under which groups:
 *
 * - `shape`: its task, its fields, the kinds of their values and which stand several times (`RowShape`);
 * - `answer`: those and the text of its answer, where the template has labels;
 * - `likeness`: whether it is a duplicate or a leak, or differs from another row in the label alone;
 * - `oddities`: texts in which there is a brace, the start of a marker or what may be a garbled letter, and the template's fields;
 * - `text`: anything that a row of a data file has; such a rule has every row read whenever a template changes;
 * - `tokens`: its tokens.
 *
 * Only rows of which a rule has something to say are looked at, which is what makes a check of many rows fast. Of the task
 * file a rule for rows looks at nothing but names of tasks, and of a template its fields and whether they are all known,
 * answer field, field to truncate and labels; a rule for tokens at the whole template too.
 */
export type RowAspect = 'shape' | 'answer' | 'likeness' | 'oddities' | 'text' | 'tokens';

/** One rule: what it says, and the check in the phase whose facts it needs. */
export interface Rule {
  code: string;
  severity: Severity;
  /** A sentence or two for the documentation. */
  explanation: string;
  /** What its fixes do, for the documentation; left out for a rule whose right answer only the author knows. */
  quickFix?: string;
  example: RuleExample;
  /** Looks at the task file alone. */
  checkFile?(context: TaskContext, report: Report): void;
  /** Looks at the backbone and the prompt table as well. */
  checkSurroundings?(context: TaskContext, surroundings: Surroundings, report: Report): void;
  /** How many problems of a data file are shown, when not as many as usual. */
  mostShown?: number;
  /** For `checkRow`; `text` when it is left out. */
  looksAt?: RowAspect;
  checkRow?(row: RowView, context: TaskContext, report: RowReport): void;
  checkBadRow?(row: BadRow, report: RowReport): void;
  /** Looks at what all rows together say. */
  checkData?(context: TaskContext, data: DataFacts, report: Report): void;
}
