import type { TemplateView } from './context.ts';
import type { ModelFacts } from './environment.ts';
import { isLabel } from './labels.ts';
import { fillTemplate } from './template.ts';

/**
 * The tokens of a template's labels as a prediction scores them, without an end token: each label with the space in front of
 * the answer, or as the assistant of a chat says it. Labels that are none of their own are left out; none can be told without
 * a tokeniser, and without a place for the answer.
 */
export function labelTokens(template: TemplateView, model: ModelFacts): Map<string, readonly number[]> {
  const { labels, answer_field: answerField, chat: inChat } = template.settings;
  const encode = encoderOf(model, inChat);
  if (labels === null || answerField === null || encode === undefined) return new Map();
  return new Map(
    Object.keys(labels).flatMap((label): [string, readonly number[]][] => {
      const options = { withoutAnswer: false, answerField, answerAlone: inChat };
      const pieces = fillTemplate(template.parsed.segments, { [answerField]: label }, options);
      const answer = pieces.find(({ kind }) => kind === 'answer');
      return isLabel(template.forms, label) && answer?.kind === 'answer' ? [[label, encode(answer.text)]] : [];
    }),
  );
}

function encoderOf(model: ModelFacts, inChat: boolean): ((text: string) => readonly number[]) | undefined {
  if (model.kind !== 'ok' || model.tokenizer === undefined) return undefined;
  const { tokenizer, chat } = model;
  if (!inChat) return (text) => remembered(tokenizer, text, () => tokenizer.encode(text));
  if (chat === undefined || 'unusable' in chat) return undefined;
  return (text) => remembered(chat, text, () => chat.answer(text));
}

const memories = new WeakMap<object, Map<string, readonly number[]>>();

/** The labels of a file are asked for at every keystroke, and hardly ever change. */
function remembered(encoder: object, text: string, encode: () => readonly number[]): readonly number[] {
  const memory = memories.get(encoder) ?? new Map<string, readonly number[]>();
  memories.set(encoder, memory);
  const known = memory.get(text);
  if (known !== undefined) return known;
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  const tokens = encode();
  memory.set(text, tokens);
  return tokens;
}

const MAX_REMEMBERED = 10_000;
