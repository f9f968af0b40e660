import { t } from '../../l10n/src/words.ts';
import type { Problem, Range } from '../../protocol/src/problem.ts';
import { toProblemFix } from './fix.ts';
import type { Span } from './json-tree.ts';
import type { Finding, Rule } from './rule.ts';

/** How many problems of one rule a data file shows; the rest are counted. */
const MAX_SHOWN_PER_RULE = 100;
/** A field that the template does not use is usually in every row, and harmless. */
const MAX_SHOWN_INFORMATION = 3;

export interface Group {
  shown: Problem[];
  count: number;
}

/** Collects what the rules say of the rows of one file, and keeps a file with a mistake in every row readable. */
export class RowFindings {
  readonly #file: string;
  readonly #groups = new Map<Rule, Map<string, Group>>();

  constructor(file: string) {
    this.#file = file;
  }

  add(rule: Rule, group: string, makeFinding: () => Finding, toRange: (span: Span) => Range): void {
    let groups = this.#groups.get(rule);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(rule, groups);
    }
    let counted = groups.get(group);
    if (counted === undefined) {
      counted = { shown: [], count: 0 };
      groups.set(group, counted);
    }
    counted.count += 1;
    if (counted.shown.length < madeAtMost(rule)) {
      counted.shown.push(toProblem(this.#file, rule, makeFinding(), toRange));
    }
  }

  /** Takes a whole group: how many findings there are, and the first of them. */
  put(rule: Rule, group: string, { count, shown }: Group): void {
    const groups = this.#groups.get(rule) ?? new Map<string, Group>();
    groups.set(group, { count, shown });
    this.#groups.set(rule, groups);
  }

  /** @param isWanted whether what a rule says is known as a whole; what is not is left out */
  problems(isWanted: (rule: Rule) => boolean = () => true): Problem[] {
    return [...this.#groups].flatMap(([rule, groups]) => {
      if (!isWanted(rule)) return [];
      const shown = [...groups.values()].flatMap((group) => group.shown).sort(byPlace);
      const count = [...groups.values()].reduce((sum, group) => sum + group.count, 0);
      const most = shownAtMost(rule);
      if (count <= most + 1) return shown;
      const { fixes: _, related: __, ...place } = shown[most]!;
      const rest = count - most;
      return [
        ...shown.slice(0, most),
        {
          ...place,
          more: rest,
          message: t('{0} more problems of this kind from here on; the first {1} are shown.', rest, most),
        },
      ];
    });
  }
}

function shownAtMost(rule: Rule): number {
  if (rule.mostShown !== undefined) return rule.mostShown;
  return rule.severity === 'information' ? MAX_SHOWN_INFORMATION : MAX_SHOWN_PER_RULE;
}

/** One more than is shown, since the last one gives way to the summary. */
export function madeAtMost(rule: Rule): number {
  return shownAtMost(rule) + 1;
}

/** @param known as `toProblemFix` takes it */
export function toProblem(
  file: string,
  rule: Rule,
  finding: Finding,
  toRange: (span: Span) => Range,
  known?: Parameters<typeof toProblemFix>[3],
): Problem {
  return {
    file,
    range: toRange(finding.at),
    severity: finding.severity ?? rule.severity,
    code: rule.code,
    message: finding.message,
    ...(finding.related === undefined || finding.related.length === 0 ? {} : { related: finding.related }),
    ...(finding.fixes === undefined || finding.fixes.length === 0
      ? {}
      : { fixes: finding.fixes.map((fix) => toProblemFix(file, fix, toRange, known)) }),
  };
}

export function byPlace(a: Problem, b: Problem): number {
  const [from, to] = [a.range.start, b.range.start];
  return from.line - to.line || from.character - to.character;
}
