/** The file system is not in here, so that a language server can bring its own: see `node-environment.ts`. */
export { type CheckRequest, type CheckResult, checkTaskFile, checkTaskText, hasErrors } from './check.ts';
export { TaskContext, type TemplateView } from './context.ts';
export type { SampledValue } from './data/value-table.ts';
export {
  type DataFacts,
  type DataFileFacts,
  type FieldSample,
  rowsOf,
  type Split,
  type TaskDataFacts,
} from './data-facts.ts';
export type {
  CheckEnvironment,
  FileReading,
  MeasuredFacts,
  ModelFacts,
  ModelReference,
  PromptTableFacts,
  TokenEncoder,
  TrainedTaskFacts,
} from './environment.ts';
export { formatProblem, problemEvent } from './format-problem.ts';
export { taskFileSchema } from './json-schema.ts';
export { taskFileKeys } from './keys.ts';
export { type LabelForms, labelForms, labelOf } from './labels.ts';
export { type ParsedTaskFile, parseTaskFile, TASK_FILE_SUFFIX, taskFileStem } from './parse.ts';
export { type BadRow, type DataRow, type GoodRow, parseRow, RowReader, readRowBatches, readRows } from './rows.ts';
export { rules } from './rules/index.ts';
export {
  answerSegment,
  type FillOptions,
  fillTemplate,
  marker,
  type ParsedTemplate,
  type Piece,
  parseTemplate,
  type Segment,
} from './template.ts';
export { type TrainingFacts, trainingFacts } from './training-record.ts';
export type * from './types.ts';
