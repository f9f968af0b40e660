import type {
  ConfusionMatrix,
  EvaluatedRow,
  EvaluationMetrics,
  GeneratedMetrics,
  LabelMetrics,
  SlotMetrics,
} from '../../../protocol/src/evaluating.ts';
import { escapeMarkdown, promptText, withCut } from '../predictions/prediction-text.ts';
import type { Texts } from '../texts.ts';
import type { Evaluation } from './evaluation.ts';

/** So many wrong rows are listed; their number is told in any case. */
const MOST_WRONG_ROWS = 200;

export interface ReportOptions {
  readonly texts: Texts;
  /** Names a file to the user. */
  shortName(file: string): string;
  /** Address of a line of a file, counted from 0. */
  link(file: string, line: number): string;
}

/** What an evaluation has measured, as Markdown. */
export function evaluationReport(evaluations: readonly Evaluation[], options: ReportOptions): string {
  return evaluations.map((evaluation) => taskReport(evaluation, options)).join('\n\n');
}

function taskReport({ task, rows }: Evaluation, options: ReportOptions): string {
  const { texts, shortName } = options;
  const { t, percent } = texts;
  const heading = [`# ${escapeMarkdown(task.taskname)}`, promptText(task.prompt, texts)];
  const [first] = task.results;
  // A prompt that is untrained or stale is not measured, and perhaps nothing beside it.
  if (!first) return [...heading, ...(task.problem === undefined ? [] : [escapeMarkdown(task.problem)])].join('\n\n');
  const files = task.files.map(shortName).join(', ');
  const measured = measuredText(task.split, first.rows, files, texts);
  const parts = [heading[0], escapeMarkdown(measured), heading[1]];
  if (task.skipped === 1) parts.push(t('1 row is too long and was left out.'));
  if (task.skipped > 1) parts.push(t('{0} rows are too long and were left out.', task.skipped));
  if (task.unreachable === 1)
    parts.push(t('The answer of 1 row is longer than what is generated, and so never right.'));
  if (task.unreachable > 1) {
    parts.push(t('The answers of {0} rows are longer than what is generated, and so never right.', task.unreachable));
  }
  parts.push(resultTable(task.results, texts));
  if (task.majority) {
    const label = `**${escapeMarkdown(task.majority.label)}**`;
    parts.push(t('Always answering {0} would be right in {1} of the rows.', label, percent(task.majority.share, 1)));
  }
  if ('labels' in first) {
    parts.push(`## ${t('Labels')}`, labelTable(first.labels, texts));
    parts.push(`## ${t('Confusion matrix')}`, confusionTable(first.confusion, texts));
  } else {
    if (first.cut === 1) parts.push(t('1 answer (…) was cut: no more tokens are generated.'));
    if (first.cut > 1) parts.push(t('{0} answers (…) were cut: no more tokens are generated.', first.cut));
    if (first.slots) parts.push(`## ${t('Slots')}`, slotTable(first.slots, texts));
  }
  const wrong = (rows.get(first.answerer) ?? []).filter(({ right }) => !right);
  parts.push(`## ${t('Wrong rows')}`, wrongRows(wrong, options));
  return parts.join('\n\n');
}

function measuredText(split: Evaluation['task']['split'], rows: number, files: string, { t }: Texts): string {
  if (split === 'test') {
    return rows === 1
      ? t('Measured on 1 test row of {0}, which was not trained on.', files)
      : t('Measured on {0} test rows of {1}, which were not trained on.', rows, files);
  }
  return rows === 1
    ? t('Measured on 1 validation row of {0}: the best epoch was chosen by it.', files)
    : t('Measured on {0} validation rows of {1}: the best epoch was chosen by them.', rows, files);
}

/** Beside what is right, the measures that at least one of the results has. */
function resultTable(results: readonly EvaluationMetrics[], texts: Texts): string {
  const { t, percent, percentRange, number } = texts;
  const isGenerated = results.every((result) => !('labels' in result));
  const share = (value: number | undefined) => (value === undefined ? undefined : percent(value, 1));
  const decimal = (value: number | undefined) => (value === undefined ? undefined : number(value, 3));
  const measures: [string, (result: EvaluationMetrics) => string | undefined][] = [
    [t('right'), ({ correct, rows }) => `${correct}/${rows}`],
    [isGenerated ? t('exact match') : t('accuracy'), ({ accuracy }) => share(accuracy)],
    [t('95% interval'), ({ accuracyInterval }) => percentRange(accuracyInterval, 1)],
    ['macro-F1', (result) => ('labels' in result ? decimal(result.macroF1) : undefined)],
    [t('intent'), ofGenerated(({ slots }) => share(slots?.intentAccuracy))],
    [t('slot F1'), ofGenerated(({ slots }) => decimal(slots?.f1))],
    [t('word F1'), ofGenerated(({ wordF1 }) => decimal(wordF1))],
  ];
  const shown = measures.filter(([, cell]) => results.some((result) => cell(result) !== undefined));
  return table(
    ['', ...shown.map(([name]) => name)],
    results.map((result) => [
      answererText(result.answerer, result.shots, texts),
      ...shown.map(([, cell]) => cell(result) ?? ''),
    ]),
  );
}

const ofGenerated =
  (cell: (metrics: GeneratedMetrics) => string | undefined) =>
  (result: EvaluationMetrics): string | undefined =>
    'labels' in result ? undefined : cell(result);

function answererText(answerer: EvaluationMetrics['answerer'], shots: number, { t }: Texts): string {
  return answerer === 'trained'
    ? t('trained prompt')
    : shots === 0
      ? t('without a prompt')
      : shots === 1
        ? t('without a prompt, one example')
        : t('without a prompt, {0} examples', shots);
}

function labelTable(labels: readonly LabelMetrics[], { t, percent }: Texts): string {
  return table(
    [t('label'), t('rows'), t('predicted'), t('precision'), t('recall'), 'F1'],
    labels.map(({ label, rows, predicted, precision, recall, f1 }) => [
      escapeMarkdown(label),
      String(rows),
      String(predicted),
      percent(precision, 1),
      percent(recall, 1),
      percent(f1, 1),
    ]),
  );
}

/** Of the trained prompt, or what was measured in its place. */
function slotTable(slots: SlotMetrics, { t, percent }: Texts): string {
  const named = slots.names.map((counts) => ({ ...counts, name: escapeMarkdown(counts.name) }));
  return table(
    [t('slot'), t('in the rows'), t('predicted'), t('precision'), t('recall'), 'F1'],
    [...named, { ...slots, name: `**${t('all slots')}**` }].map(
      ({ name, expected, predicted, precision, recall, f1 }) => [
        name,
        String(expected),
        String(predicted),
        percent(precision, 1),
        percent(recall, 1),
        percent(f1, 1),
      ],
    ),
  );
}

function confusionTable({ labels, counts }: ConfusionMatrix, { t }: Texts): string {
  const hasOther = counts.some((row) => (row[labels.length] ?? 0) > 0);
  const columns = [...labels.map(escapeMarkdown), ...(hasOther ? [t('something else')] : [])];
  return table(
    [t('answer ↓ prediction →'), ...columns],
    labels.map((label, place) => [
      `**${escapeMarkdown(label)}**`,
      ...columns.map((_, column) => {
        const count = String(counts[place]?.[column] ?? 0);
        return column === place ? `**${count}**` : count;
      }),
    ]),
  );
}

function wrongRows(wrong: readonly EvaluatedRow[], { texts, shortName, link }: ReportOptions): string {
  const { t } = texts;
  if (wrong.length === 0) return t('None.');
  const shown = wrong.slice(0, MOST_WRONG_ROWS).map(({ file, line, text, expected, answer }) => {
    const place = `[${escapeMarkdown(`${shortName(file)}:${line + 1}`)}](${link(file, line)})`;
    return [
      place,
      escapeMarkdown(text.trim()),
      escapeMarkdown(expected),
      escapeMarkdown(answer ? withCut(answer.text, answer) : t('too long')),
    ];
  });
  const more = wrong.length > shown.length ? [t('and {0} more', wrong.length - shown.length)] : [];
  return [table([t('row'), t('text'), t('expected'), t('answered')], shown), ...more].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
