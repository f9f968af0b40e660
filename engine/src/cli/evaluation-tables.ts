import type {
  ClassificationMetrics,
  EvaluationMetrics,
  GeneratedMetrics,
  SlotCounts,
} from '../../../protocol/src/evaluating.ts';
import type { Majority } from '../evaluate/majority.ts';
import { count, percent, percentRange, table } from '../text.ts';

/** Lines of tables: all ways of answering beside each other, then the labels or slots of each. */
export function evaluationTables(results: readonly EvaluationMetrics[], commonest: Majority | undefined): string[] {
  const details = results.flatMap((result) => {
    const rows = 'labels' in result ? labelRows(result) : slotRows(result);
    if (!rows) return [];
    const [head, ...others] = rows;
    return ['', ...numbers([[nameOf(result), ...head!], ...others])];
  });
  return [...numbers(summary(results, commonest)), ...details].map((line) => (line === '' ? '' : `  ${line}`));
}

function nameOf({ answerer, shots }: EvaluationMetrics): string {
  if (answerer === 'trained') return 'trained prompt';
  return `frozen model, ${shots === 0 ? 'no examples' : count(shots, 'example')}`;
}

/** A column of the table of all results; empty where it says nothing of them. */
interface Column {
  readonly head: string;
  readonly cell: (result: EvaluationMetrics) => string | undefined;
}

const ofLabels =
  (cell: (metrics: ClassificationMetrics) => string): Column['cell'] =>
  (result) =>
    'labels' in result ? cell(result) : undefined;

const ofGenerated =
  (cell: (metrics: GeneratedMetrics) => string | undefined): Column['cell'] =>
  (result) =>
    'labels' in result ? undefined : cell(result);

const COLUMNS: readonly Column[] = [
  { head: '95% interval', cell: ({ accuracyInterval }) => percentRange(accuracyInterval) },
  { head: 'macro-F1', cell: ofLabels(({ macroF1 }) => macroF1.toFixed(3)) },
  { head: 'intent', cell: ofGenerated(({ slots }) => slots && percent(slots.intentAccuracy)) },
  { head: 'slot F1', cell: ofGenerated(({ slots }) => slots?.f1.toFixed(3)) },
  { head: 'word F1', cell: ofGenerated(({ wordF1 }) => wordF1?.toFixed(3)) },
  { head: 'right', cell: ({ correct, rows }) => `${correct} of ${rows}` },
  { head: 'cut', cell: ofGenerated(({ cut }) => (cut > 0 ? String(cut) : undefined)) },
];

function summary(results: readonly EvaluationMetrics[], commonest: Majority | undefined): string[][] {
  const columns = COLUMNS.filter(({ cell }) => results.some((result) => cell(result) !== undefined));
  const rows = results.map((result) => [
    nameOf(result),
    percent(result.accuracy),
    ...columns.map(({ cell }) => cell(result) ?? ''),
  ]);
  if (commonest) rows.push([`always '${commonest.label}'`, percent(commonest.share)]);
  const isClassified = results.some((result) => 'labels' in result);
  const head = ['', isClassified ? 'accuracy' : 'exact match', ...columns.map(({ head }) => head)];
  return [head, ...rows];
}

function labelRows({ labels }: ClassificationMetrics): string[][] {
  const rows = labels.map(({ label, rows, ...counts }) => [label, String(rows), ...countCells(counts)]);
  return [['rows', ...COUNT_HEADS], ...rows];
}

function slotRows({ slots }: GeneratedMetrics): string[][] | undefined {
  if (!slots) return undefined;
  const named = [...slots.names, { ...slots, name: 'all slots' }];
  return [
    ['slots', ...COUNT_HEADS],
    ...named.map(({ name, expected, ...counts }) => [name, String(expected), ...countCells(counts)]),
  ];
}

const COUNT_HEADS = ['predicted', 'right', 'precision', 'recall', 'F1'];

function countCells({ predicted, correct, precision, recall, f1 }: Omit<SlotCounts, 'expected'>): string[] {
  return [...[predicted, correct].map(String), ...[precision, recall, f1].map((value) => value.toFixed(3))];
}

/** Of all columns but the first. */
function numbers(rows: readonly (readonly string[])[]): string[] {
  return table(
    rows,
    rows[0]!.map((_, place) => place).filter((place) => place > 0),
  );
}
