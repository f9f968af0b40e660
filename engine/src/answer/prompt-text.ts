import { fillTemplate, parseTemplate, type Segment } from '../../../task/src/template.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Row } from '../data/tokenise.ts';

/** A row filled into its template up to the answer, without virtual tokens: what a person reads as the question. */
export function promptText(template: TaskTemplate, row: Row): string {
  return fillTemplate(segmentsOf(template), row, { withoutAnswer: true, answerField: template.answer_field })
    .map((piece) => (piece.kind === 'text' ? piece.text : ''))
    .join('');
}

/** The names of the template's fields, each once. */
export function fieldsOf(template: TaskTemplate): string[] {
  const names = segmentsOf(template).map((segment) => (segment.kind === 'field' ? segment.name : undefined));
  return [...new Set(names.filter((name) => name !== undefined))];
}

function segmentsOf({ prompt_template, virtual_token_splits }: TaskTemplate): Segment[] {
  return parseTemplate(prompt_template, virtual_token_splits).segments;
}
