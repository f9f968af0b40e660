import type { Graph, Value } from '../../onnx/graph.ts';
import { concat, split } from '../../onnx/operators.ts';
import type { EncoderSpec, EncoderTask, ParameterDefinition } from '../encoder-definition.ts';
import { normalValues } from '../initial-values.ts';

const NAME = 'embedding';

/** How many of a task's input rows are the embeddings of its name. */
function namedRows(spec: EncoderSpec, task: EncoderTask): number {
  return spec.conditioned ? Math.min(task.nameEmbeddings.length / spec.hidden, task.virtualTokens) : 0;
}

/**
 * The learnt input that all tasks share, `embedding` [most virtual tokens of a task, hidden], drawn from N(0, 1); no
 * parameter at all where the tasks' names take every row of it.
 */
export function learntInputParameters(spec: EncoderSpec, tasks: readonly EncoderTask[]): ParameterDefinition[] {
  if (tasks.every((task) => namedRows(spec, task) === task.virtualTokens)) return [];
  const rows = Math.max(...tasks.map((task) => task.virtualTokens));
  return [
    {
      name: NAME,
      shape: [rows, spec.hidden],
      initial: (random) => normalValues(random, rows * spec.hidden, 1),
    },
  ];
}

/**
 * One task's input [virtual tokens, hidden]: the embeddings of its name (NeMo 1.10's task conditioning), then the learnt
 * rows of the places behind them. No padding takes part, so a task's prompt does not depend on the other tasks.
 */
export function taskInput(graph: Graph, spec: EncoderSpec, task: EncoderTask, value: (name: string) => Value): Value {
  const named = namedRows(spec, task);
  const parts: Value[] = [];
  if (named > 0) {
    const rows = task.nameEmbeddings.slice(0, named * spec.hidden);
    parts.push(graph.initializer(`name.${task.taskname}`, 'float32', [named, spec.hidden], rows));
  }
  if (named < task.virtualTokens) parts.push(rowsOf(value(NAME), named, task.virtualTokens));
  return concat(parts, 0);
}

/** x[start:end], by way of `Split`, which has a gradient. */
function rowsOf(x: Value, start: number, end: number): Value {
  const rows = x.shape[0] as number;
  if (start === 0 && end === rows) return x;
  const sizes = [start, end - start, rows - end];
  const kept = sizes.flatMap((size, part) => (size > 0 ? [part] : []));
  const parts = split(
    x,
    0,
    kept.map((part) => sizes[part]!),
  );
  return parts[kept.indexOf(1)]!;
}
