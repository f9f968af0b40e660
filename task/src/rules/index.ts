import type { Rule } from '../rule.ts';
import { answerBoundary } from './answer-boundary.ts';
import { answerEndMissing } from './answer-end-missing.ts';
import { answerFieldMissing } from './answer-field-missing.ts';
import { answerNotLast } from './answer-not-last.ts';
import { answerWithoutInput } from './answer-without-input.ts';
import { backboneChanged } from './backbone-changed.ts';
import { chatTemplateMissing } from './chat-template-missing.ts';
import { dataEmpty } from './data-empty.ts';
import { dataFormat } from './data-format.ts';
import { dataLeak } from './data-leak.ts';
import { dataNotFound } from './data-not-found.ts';
import { jsonSyntax } from './json-syntax.ts';
import { labelUnmeasured } from './label-unmeasured.ts';
import { labelsSameTokens } from './labels-same-tokens.ts';
import { labelsUnbalanced } from './labels-unbalanced.ts';
import { markerAfterAnswer } from './marker-after-answer.ts';
import { markerMalformed } from './marker-malformed.ts';
import { markerMissing } from './marker-missing.ts';
import { markerOrder } from './marker-order.ts';
import { modelNotFound } from './model-not-found.ts';
import { modelUnsupported } from './model-unsupported.ts';
import { placeholderDuplicate } from './placeholder-duplicate.ts';
import { placeholderMalformed } from './placeholder-malformed.ts';
import { placeholderUnknown } from './placeholder-unknown.ts';
import { rowAnswerEmpty } from './row-answer-empty.ts';
import { rowContradiction } from './row-contradiction.ts';
import { rowDuplicate } from './row-duplicate.ts';
import { rowFieldExtra } from './row-field-extra.ts';
import { rowFieldMissing } from './row-field-missing.ts';
import { rowFieldRepeated } from './row-field-repeated.ts';
import { rowFieldType } from './row-field-type.ts';
import { rowGarbled } from './row-garbled.ts';
import { rowInputEmpty } from './row-input-empty.ts';
import { rowLabelUnknown } from './row-label-unknown.ts';
import { rowMarker } from './row-marker.ts';
import { rowSyntax } from './row-syntax.ts';
import { rowTaskname } from './row-taskname.ts';
import { rowTooLong } from './row-too-long.ts';
import { schema } from './schema.ts';
import { splitCount } from './split-count.ts';
import { splitSum } from './split-sum.ts';
import { splitZero } from './split-zero.ts';
import { taskDuplicate } from './task-duplicate.ts';
import { taskNewAndExisting } from './task-new-and-existing.ts';
import { taskNotTrained } from './task-not-trained.ts';
import { taskWithoutTemplate } from './task-without-template.ts';
import { templateChanged } from './template-changed.ts';
import { templateEmpty } from './template-empty.ts';
import { templateUnused } from './template-unused.ts';
import { totalTooLong } from './total-too-long.ts';
import { truncateFieldUnknown } from './truncate-field-unknown.ts';
import { truncateIsAnswer } from './truncate-is-answer.ts';
import { validationMissing } from './validation-missing.ts';

/** Every rule, in the order of the documentation. */
export const rules: readonly Rule[] = [
  jsonSyntax,
  schema,
  templateEmpty,
  markerMissing,
  markerOrder,
  markerMalformed,
  splitCount,
  splitSum,
  splitZero,
  totalTooLong,
  placeholderMalformed,
  placeholderUnknown,
  placeholderDuplicate,
  answerFieldMissing,
  answerNotLast,
  answerWithoutInput,
  markerAfterAnswer,
  answerEndMissing,
  truncateFieldUnknown,
  truncateIsAnswer,
  taskDuplicate,
  taskWithoutTemplate,
  taskNewAndExisting,
  taskNotTrained,
  templateUnused,
  templateChanged,
  backboneChanged,
  modelNotFound,
  modelUnsupported,
  chatTemplateMissing,
  labelsSameTokens,
  dataNotFound,
  dataFormat,
  dataEmpty,
  validationMissing,
  rowSyntax,
  rowTaskname,
  rowFieldMissing,
  rowFieldExtra,
  rowFieldType,
  rowFieldRepeated,
  rowInputEmpty,
  rowAnswerEmpty,
  rowMarker,
  rowGarbled,
  rowTooLong,
  rowLabelUnknown,
  rowDuplicate,
  rowContradiction,
  dataLeak,
  labelsUnbalanced,
  labelUnmeasured,
  answerBoundary,
];
