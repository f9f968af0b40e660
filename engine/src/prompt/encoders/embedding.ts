import type { Value } from '../../onnx/graph.ts';
import { concat } from '../../onnx/operators.ts';
import type { DefineEncoder, EncoderSpec, EncoderTask, ParameterDefinition } from '../encoder-definition.ts';
import { normalValues } from '../initial-values.ts';

const rowsName = (task: EncoderTask) => `embedding.${task.taskname}`;

/** `embedding.<taskname>` [virtual tokens, hidden] of each task: its `initial`, or Xavier-normal as in NeMo. */
export function rowParameters(spec: EncoderSpec, tasks: readonly EncoderTask[]): ParameterDefinition[] {
  return tasks.map((task) => ({
    name: rowsName(task),
    shape: [task.virtualTokens, spec.hidden],
    initial: (random) =>
      task.initial?.slice() ??
      normalValues(random, task.virtualTokens * spec.hidden, Math.sqrt(2 / (task.virtualTokens + spec.hidden))),
  }));
}

/** The rows of all tasks, [Σ virtual tokens, hidden]. */
export function allRows(tasks: readonly EncoderTask[], value: (name: string) => Value): Value {
  return concat(
    tasks.map((task) => value(rowsName(task))),
    0,
  );
}

/** Prompt tuning (Lester et al. 2021): the virtual embeddings are the parameters, and tasks share nothing. */
export const defineEmbedding: DefineEncoder = (spec, tasks) => ({
  parameters: rowParameters(spec, tasks),
  dropoutMasks: [],
  build: (_graph, value) => allRows(tasks, value),
});
