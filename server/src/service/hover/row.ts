import { type Hover, MarkupKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import type { TemplateView } from '../../../../task/src/context.ts';
import { readLine } from '../../../../task/src/data/text-index.ts';
import { SPLITS } from '../../../../task/src/data-facts.ts';
import { textOf } from '../../../../task/src/row-view.ts';
import { type RowObject, trimmedSpan } from '../../../../task/src/rows.ts';
import { fillTemplate } from '../../../../task/src/template.ts';
import { TokenMeter } from '../../../../task/src/tokens.ts';
import type { DataLine } from '../data-lines.ts';
import type { Knowledge } from '../knowledge.ts';
import { enumeration, number } from '../words.ts';
import { code, codeBlock, paragraphs } from './markdown.ts';

/** A longer row is not tokenised while somebody waits. */
const MAX_MEASURED = 20_000;

/**
 * A row of a data file as the model sees it, for each task file that has another template for it.
 *
 * @param files the task files that name the data file
 */
export function rowHover(files: readonly Knowledge[], path: string, line: DataLine): Hover | undefined {
  const row = readLine(line.text, line.line)?.value;
  if (row === undefined) return undefined;
  const texts = new Map<string, string[]>();
  for (const knowledge of files) {
    const template = knowledge.context.template(textOf(row, 'taskname') ?? '');
    if (template === undefined) continue;
    const text = paragraphs(rowText(knowledge, template, row), splitsText(knowledge, path));
    texts.set(text, [...(texts.get(text) ?? []), knowledge.context.path]);
  }
  if (texts.size === 0) return undefined;
  const parts = [...texts].map(([text, paths]) =>
    texts.size === 1 ? text : paragraphs(t('In {0}:', enumeration(paths.map((file) => code(nameOf(file))))), text),
  );
  const { start, end } = trimmedSpan(line.text);
  const place = (offset: number) => ({ line: line.line, character: line.character + offset });
  return {
    contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n') },
    range: { start: place(start), end: place(end) },
  };
}

/** An example of a task file as the model sees it. */
export function exampleText(knowledge: Knowledge, row: RowObject): string | undefined {
  const template = knowledge.context.template(textOf(row, 'taskname') ?? '');
  return template && rowText(knowledge, template, row);
}

/** The filled template, with ⟨10⟩ for ten virtual tokens, and how many tokens that is. A row without an answer ends before it. */
function rowText(knowledge: Knowledge, template: TemplateView, row: RowObject): string {
  const { answer_field } = template.settings;
  const withoutAnswer = answer_field !== null && textOf(row, answer_field) === undefined;
  const pieces = fillTemplate(template.parsed.segments, row, { withoutAnswer, answerField: answer_field });
  const filled = pieces.map((piece) => (piece.kind === 'virtual' ? `⟨${piece.tokens}⟩` : piece.text)).join('');
  return paragraphs(
    codeBlock(filled),
    filled.length > MAX_MEASURED ? undefined : tokensText(knowledge, template, row, withoutAnswer),
  );
}

function tokensText(
  { context, surroundings }: Knowledge,
  template: TemplateView,
  row: RowObject,
  withoutAnswer: boolean,
): string | undefined {
  const model = surroundings?.model;
  if (model?.kind !== 'ok' || model.tokenizer === undefined) return undefined;
  const meter = new TokenMeter(model, model.tokenizer, context.file);
  const count = meter.count(template, row, { withoutAnswer });
  const [used, most] = [number(count), number(meter.limit)];
  const said = withoutAnswer
    ? t('{0} of at most {1} tokens, without an answer.', used, most)
    : t('{0} of at most {1} tokens.', used, most);
  if (count <= meter.limit) return said;
  const { truncatable } = meter.measure(template, row);
  const field = template.settings.truncate_field;
  const fate =
    field !== null && truncatable >= count - meter.limit
      ? t('Too long: the end of {0} is cut off.', code(`{${field}}`))
      : t('Too long: the row is skipped.');
  return `${said} ${fate}`;
}

function splitsText({ data }: Knowledge, path: string): string | undefined {
  const file = data?.files.find((candidate) => candidate.path === path);
  const splits = SPLITS.filter(({ split }) => file?.mentions.some((mention) => mention.split === split));
  return splits.length === 0 ? undefined : t('In {0}.', enumeration(splits.map(({ key }) => code(key))));
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
