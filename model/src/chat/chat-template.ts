import { createHash } from 'node:crypto';
import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { failureOf } from '../shown.ts';
import { OutOfTime, TimeLimit } from '../time-limit.ts';
import { BLANKS, type Blanks, blanksTaken } from './blanks.ts';
import { PATIENCE, rendering } from './rendering.ts';

/** What a model's chat template puts around one exchange, special tokens as their texts. */
export interface ChatFrame {
  /** In front of what the user says. */
  readonly before: string;
  /** Between what the user says and where the assistant begins to write. */
  readonly after: string;
  /** What the assistant writes in front of its answer, such as a space. */
  readonly lead: string;
  /** Behind the last answer of a conversation, and between an answer and what the user says then. */
  readonly end: string;
  readonly between: string;
  /** What is taken away at the ends of what the user says, and of an answer. */
  readonly userBlanks: Blanks;
  readonly answerBlanks: Blanks;
}

/**
 * A hash of what stands around one exchange: two templates with the same one give the same tokens, though their texts may
 * differ, in what they do with tools for instance.
 */
export function chatFrameHash({ before, after, lead, end, userBlanks, answerBlanks }: ChatFrame): string {
  const [user, answer] = [userBlanks, answerBlanks].map(({ start, end }) =>
    start === end && (start === '' || start === BLANKS) ? start === BLANKS : [start, end],
  );
  const isSame = JSON.stringify(user) === JSON.stringify(answer);
  return createHash('sha256')
    .update(JSON.stringify([before, after, lead, end, user, ...(isSame ? [] : [answer])]))
    .digest('hex')
    .slice(0, 32);
}

export type ChatReading =
  | { readonly kind: 'ok'; readonly frame: ChatFrame }
  /** `reason` says in one line why the template cannot be used. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Texts that no template looks for, in place of what user and assistant say. */
const USER = 'ptaskSaysThisAsUser';
const ASSISTANT = 'ptaskSaysThisAsAssistant';
const LATER = 'ptaskSaysThisLater';

/**
 * What a chat template (Jinja, in the dialect of Hugging Face transformers) puts around an exchange. It is found by rendering
 * conversations, so that any template will do that puts what is said into its text as it is.
 * @param tokens the texts of special tokens, by the names that templates have for them (`bos_token`)
 */
export function readChatFrame(template: string, tokens: Readonly<Record<string, string>>): ChatReading {
  try {
    // Between two statements the time is looked at below; one of them, or reading the template, may take without end by itself.
    return new TimeLimit().run(2 * PATIENCE, () => {
      const run = rendering(template);
      return frameOf((messages, open) => run({ ...tokens, messages, add_generation_prompt: open }));
    });
  } catch (error) {
    const reason =
      error instanceof OutOfTime ? t('it takes too long to render') : failureOf(error).replaceAll(/\s+/g, ' ');
    return { kind: 'broken', reason };
  }
}

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

function frameOf(rendered: (messages: readonly Message[], open: boolean) => string): ChatReading {
  const user = { role: 'user', content: USER } as const;
  const assistant = { role: 'assistant', content: ASSISTANT } as const;
  const open = rendered([user], true);
  const closed = rendered([user, assistant], false);
  const longer = rendered([user, assistant, { role: 'user', content: LATER }], true);
  if (count(open, USER) !== 1 || count(closed, ASSISTANT) !== 1 || count(longer, LATER) !== 1)
    return { kind: 'broken', reason: t('it does not render what user and assistant say once each') };
  const [before, after] = cut(open, USER);
  const [said, end] = cut(closed, ASSISTANT);
  const between = longer.slice(longer.indexOf(ASSISTANT) + ASSISTANT.length, longer.indexOf(LATER));
  const saidIn = (text: string, [first, last]: readonly [string, string]): string | undefined =>
    text.startsWith(first) && text.slice(first.length).endsWith(last)
      ? text.slice(first.length, text.length - last.length)
      : undefined;
  const userBlanks = blanksTaken(USER, (content) =>
    saidIn(rendered([{ role: 'user', content }], true), [before, after]),
  );
  const answerBlanks = blanksTaken(ASSISTANT, (content) =>
    saidIn(rendered([user, { role: 'assistant', content }], false), [said, end]),
  );
  if (userBlanks === undefined || answerBlanks === undefined)
    return { kind: 'broken', reason: t('it changes what is said otherwise than by taking blanks away at its ends') };
  const opening = thoughtEnded(open);
  return {
    kind: 'ok',
    frame: {
      before,
      after: thoughtEnded(after),
      // Where the assistant's turn begins otherwise than it is opened, the latter counts: it is what prediction begins with.
      lead: said.startsWith(opening) ? said.slice(opening.length) : '',
      end,
      between,
      userBlanks,
      answerBlanks,
    },
  };
}

/** With nothing thought, where a template (of DeepSeek R1, or Qwen 3 for thinking alone) opens a thought whatever it is told. */
function thoughtEnded(opening: string): string {
  return opening.replace(/<think>\s*$/, '<think>\n\n</think>\n\n');
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function cut(text: string, part: string): [before: string, after: string] {
  const at = text.indexOf(part);
  return [text.slice(0, at), text.slice(at + part.length)];
}

/** The template in a `tokenizer_config.json`: a text, or of several the one named `default`. */
export function chatTemplateOf(config: JsonObject | undefined): string | undefined {
  const value = config?.chat_template;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.find((entry) => isJsonObject(entry) && entry.name === 'default');
  return isJsonObject(named) && typeof named.template === 'string' ? named.template : undefined;
}

/** The special tokens that a `tokenizer_config.json` (or `special_tokens_map.json`) names, such as `bos_token`. */
export function namedTokens(...configs: (JsonObject | undefined)[]): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const config of configs) {
    for (const [name, value] of Object.entries(config ?? {})) {
      const text = isJsonObject(value) ? value.content : value;
      if (name.endsWith('_token') && typeof text === 'string') tokens[name] ??= text;
    }
  }
  return tokens;
}
