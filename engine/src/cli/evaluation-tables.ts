import type { SlotCounts } from '../../../protocol/src/evaluating.ts';
import type { Measured } from '../evaluate/evaluate-task.ts';
import type { GeneratedMetrics } from '../evaluate/generated-metrics.ts';
import type { Majority } from '../evaluate/majority.ts';
import type { ClassificationMetrics } from '../evaluate/metrics.ts';
import { count, percent, table } from '../text.ts';

/** Lines of tables: all ways of answering beside each other, then the labels or slots of each. */
export function evaluationTables(measured: readonly Measured[], commonest: Majority | undefined): string[] {
  const details = measured.flatMap((one) => {
    const rows = 'labels' in one.metrics ? labelRows(one.metrics) : slotRows(one.metrics);
    if (!rows) return [];
    const [head, ...others] = rows;
    return ['', ...numbers([[nameOf(one), ...head!], ...others])];
  });
  return [...numbers(summary(measured, commonest)), ...details].map((line) => (line === '' ? '' : `  ${line}`));
}

function nameOf({ answerer, shots }: Measured): string {
  if (answerer === 'trained') return 'trained prompt';
  return `frozen model, ${shots === 0 ? 'no examples' : count(shots, 'example')}`;
}

/** A column of the table of all that were measured; empty where it says nothing of them. */
interface Column {
  readonly head: string;
  readonly cell: (metrics: ClassificationMetrics | GeneratedMetrics) => string | undefined;
}

const ofGenerated =
  (cell: (metrics: GeneratedMetrics) => string | undefined): Column['cell'] =>
  (metrics) =>
    'labels' in metrics ? undefined : cell(metrics);

const COLUMNS: readonly Column[] = [
  { head: 'macro-F1', cell: (metrics) => ('labels' in metrics ? metrics.macroF1.toFixed(3) : undefined) },
  { head: 'intent', cell: ofGenerated(({ slots }) => slots && percent(slots.intentAccuracy)) },
  { head: 'slot F1', cell: ofGenerated(({ slots }) => slots?.f1.toFixed(3)) },
  { head: 'word F1', cell: ofGenerated(({ wordF1 }) => wordF1?.toFixed(3)) },
  { head: 'right', cell: ({ correct, rows }) => `${correct} of ${rows}` },
  { head: 'cut', cell: ofGenerated(({ cut }) => (cut > 0 ? String(cut) : undefined)) },
];

function summary(measured: readonly Measured[], commonest: Majority | undefined): string[][] {
  const columns = COLUMNS.filter(({ cell }) => measured.some(({ metrics }) => cell(metrics) !== undefined));
  const rows = measured.map((one) => [
    nameOf(one),
    percent(one.metrics.accuracy),
    ...columns.map(({ cell }) => cell(one.metrics) ?? ''),
  ]);
  if (commonest) rows.push([`always '${commonest.label}'`, percent(commonest.share)]);
  const isClassified = measured.some(({ metrics }) => 'labels' in metrics);
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
