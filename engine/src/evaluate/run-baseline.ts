import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Rows } from '../data/row-store.ts';
import { firstToken, RowTokeniser } from '../data/tokenise.ts';
import { MAX_NEW_TOKENS } from '../predict/greedy-decoding.ts';
import type { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { chatOf, type Project, rowTokeniser, type Shots } from '../project.ts';
import { Random } from '../random.ts';
import { type Baseline, shotOrder, shotsThatFit, withoutVirtualTokens } from './baseline.ts';
import { type EvaluateOptions, type Evaluation, evaluateRows, evenly } from './evaluate-rows.ts';

export interface BaselineResult {
  readonly evaluation: Evaluation;
  /** Training rows that were in the prompt. */
  readonly shots: number;
}

export interface BaselineRows {
  /** Training rows; shots are drawn from those of the task. */
  readonly train: { readonly store: Rows; readonly numbers: readonly number[] };
  /** The rows to answer. */
  readonly evaluated: { readonly store: Rows; readonly numbers: readonly number[] };
}

/** Training rows that shots are chosen among: far more than fit into any prompt. */
const CANDIDATES = 2000;

/**
 * Tokens of all shots: attention among them takes memory by their square, so that the 100,000 that some contexts have room for would
 * take more than any machine has.
 */
const MOST_SHOT_TOKENS = 2048;

/**
 * Answers rows with the frozen backbone alone: the template without its virtual tokens, behind training rows filled into
 * the same template, a line each. The whole context of the backbone is used, whatever `max_seq_length` says.
 * @throws RangeError without rows to answer
 */
export async function runBaseline(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  baseline: Baseline,
  { train, evaluated }: BaselineRows,
  options: EvaluateOptions = {},
): Promise<BaselineResult> {
  const bare = withoutVirtualTokens(template);
  const shots = baseline === 'zero' ? [] : shotTokens(project, bare, baseline, { train, evaluated });
  const isAmongLines = shots.length > 0 && !template.chat;
  // Nothing but the line ends of the examples says where an answer does; a model goes on with a next example.
  const end = isAmongLines ? lineEnd(project, template) : endWithoutShots(template);
  const frozen = await frozenPredictor(project, predictor, template, { ids: shots.flat(), end });
  const isByLine = isAmongLines && !template.labels;
  const answering = isByLine && !answersHaveLines(bare, train) ? firstLines(frozen) : frozen;
  const evaluation = await evaluateRows(answering, bare, evaluated.store, evaluated.numbers, options);
  return { evaluation, shots: shots.length };
}

function firstLines(predictor: TaskPredictor): Pick<TaskPredictor, 'predict'> {
  return {
    predict: async (rows) =>
      (await predictor.predict(rows)).map((prediction) => {
        if (!prediction?.text.includes('\n')) return prediction;
        return { ...prediction, text: firstLine(prediction.text), cut: false };
      }),
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trimEnd();
}

/** As far as some of the rows tell: reading each of millions would take longer than the answers. */
function answersHaveLines({ answer_field }: TaskTemplate, { store, numbers }: BaselineRows['train']): boolean {
  return evenly(numbers, CANDIDATES).some((number) =>
    String(store.row(number)[answer_field ?? ''] ?? '')
      .trim()
      .includes('\n'),
  );
}

/** Answers a task's rows with the frozen backbone alone, over its whole context. */
export function frozenPredictor(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  shots: Shots = { ids: [], end: endWithoutShots(template) },
): Promise<TaskPredictor> {
  const rows = wholeContext(project, withoutVirtualTokens(template), shots);
  return TaskPredictor.create(predictor, rows, project.tokenizer, new Float32Array(0));
}

/**
 * What ends an answer of the frozen backbone alone. It has no reason to end a line of text behind a label, so that labels are told
 * apart by their own tokens, as is usual where models are measured without examples; a turn of a conversation has an end.
 */
function endWithoutShots({ labels, chat }: TaskTemplate): readonly number[] | undefined {
  return labels && !chat ? [] : undefined;
}

/** The tokens of training rows as lines of a prompt, in the order in which they are to be shown: those that fit beside every row. */
function shotTokens(
  project: Project,
  template: TaskTemplate,
  baseline: Baseline,
  { train: { store, numbers }, evaluated }: BaselineRows,
): number[][] {
  const room = roomForShots(project, template, evaluated);
  const random = Random.fromSeed(project.file.trainer.seed).fork(`shots ${template.taskname}`);
  const candidates = random.shuffle(numbers).slice(0, CANDIDATES);
  const rows = candidates.map((number) => store.row(number));
  // Lines of a text, or exchanges of one conversation, of which the first one opens it.
  const first = alone(project, template, 'first');
  const later = template.chat ? alone(project, template, 'later') : first;
  const shots: number[][] = [];
  for (const row of shotOrder(template, rows, random)) {
    const tokens = (shots.length === 0 ? first : later).row(row);
    if (tokens && tokens.ids.length <= room) shots.push([...tokens.ids]);
  }
  const lengths = shots.map((shot) => shot.length);
  return shots.slice(0, shotsThatFit(lengths, room, baseline));
}

/** Tokens that are left for shots beside the longest row and its answer. */
function roomForShots(project: Project, template: TaskTemplate, { store, numbers }: BaselineRows['evaluated']): number {
  const { maxPositions } = project.backbone.model.config;
  const most = project.file.data.max_seq_length ?? maxPositions;
  const tokeniser = wholeContext(project, template, { ids: [], end: lineEnd(project, template) });
  let longest = 0;
  for (const number of numbers) longest = Math.max(longest, tokeniser.prompt(store.row(number), 0)?.length ?? 0);
  const answers = Object.keys(template.labels ?? {}).map((label) => tokeniser.answer(label).length);
  const answer = template.labels ? Math.max(0, ...answers) : MAX_NEW_TOKENS;
  return Math.min(MOST_SHOT_TOKENS, maxPositions - Math.min(longest, most) - answer);
}

/** The rows' own tokens with the end of a line or turn, without anything that opens or closes a prompt. */
function alone(project: Project, template: TaskTemplate, turn: 'first' | 'later'): RowTokeniser {
  const data = { ...project.file.data, add_bos: false, max_seq_length: null };
  const { maxPositions } = project.backbone.model.config;
  const chat = chatOf(project, template, turn);
  return new RowTokeniser(template, data, project.tokenizer, [], maxPositions, chat, lineEnd(project, template));
}

/** What ends an answer among examples that are lines; undefined for a conversation, whose turns have an end. */
function lineEnd({ tokenizer }: Project, { chat }: TaskTemplate): number[] | undefined {
  return chat ? undefined : tokenizer.encode('\n');
}

function wholeContext(project: Project, template: TaskTemplate, { ids, end }: Shots): RowTokeniser {
  // The start token opens the prompt, in front of the shots.
  const start = template.chat ? [] : firstToken(project.file.data, project.tokenizer);
  const data = { ...project.file.data, add_bos: false, max_seq_length: null };
  return rowTokeniser({ ...project, file: { ...project.file, data } }, template, { ids: [...start, ...ids], end });
}
