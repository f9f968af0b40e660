/** A place in a text as editors count it: lines and UTF-16 code units, both from 0. */
export interface Position {
  line: number;
  character: number;
}

/** `end` is the first position that no longer belongs to the range. */
export interface Range {
  start: Position;
  end: Position;
}

export type Severity = 'error' | 'warning' | 'information';

/** Another place that explains a problem, such as the first of two duplicates. */
export interface RelatedPlace {
  file: string;
  range: Range;
  message: string;
}

export interface TextEdit {
  file: string;
  range: Range;
  newText: string;
}

/** Edits that make the problem go away, all to be applied together; they do not overlap. */
export interface ProblemFix {
  title: string;
  edits: TextEdit[];
  /** Nobody would want anything else, so that all such fixes of a file may be applied unasked. */
  safe?: true;
  /** One of several that are equally likely, such as each label for an empty answer: none of them is the best. */
  guess?: true;
  /** The title of doing this to all problems of the code in a file at once; left out where each needs a look of its own. */
  forAll?: string;
}

/** What is wrong with a task file or with its data, where, and what to do about it. */
export interface Problem {
  file: string;
  range: Range;
  severity: Severity;
  /** A code of the table of rules, such as `split-sum`. */
  code: string;
  message: string;
  related?: RelatedPlace[];
  /** The best one first. */
  fixes?: ProblemFix[];
  /** How many more of its kind this one stands for, which are not told one by one. */
  more?: number;
}

/** A problem as `--json` prints it; lines and columns count from 1, columns in UTF-16 code units. */
export interface ProblemEvent {
  event: 'problem';
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  severity: Severity;
  code: string;
  message: string;
}
