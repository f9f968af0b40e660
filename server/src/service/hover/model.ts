import type { ModelFacts } from '../../../../task/src/environment.ts';
import type { Knowledge } from '../knowledge.ts';
import { languageName } from '../language-name.ts';
import { amount, number, roundedBytes, roundedCount } from '../words.ts';
import { code, paragraphs } from './markdown.ts';

/** What a model is: its architecture, size, context length, vocabulary and languages; or why it cannot be used. */
export function modelText({ context, surroundings }: Knowledge): string {
  const title = `**Model** ${code(context.file.model)}`;
  const model = surroundings?.model;
  if (model === undefined) return paragraphs(title, 'It has not been looked at yet.');
  if (model.kind === 'unsupported') {
    const { modelType, supported, reason } = model;
    const others = supported.includes(modelType) ? '' : `Supported: ${supported.join(', ')}.`;
    return paragraphs(title, `Not supported: ${reason}`, others);
  }
  if (model.kind === 'not-found') return paragraphs(title, missingText(model));
  const { about } = model;
  return paragraphs(
    title,
    about && `${about.architecture}, ${amount(about.layers, 'layer')} of width ${number(about.hidden)}.`,
    about && sizeText(about.parameters, about.bytes),
    contextText(model),
    about && `Vocabulary: ${amount(about.vocabulary, 'token')}.`,
    languagesText(model),
    chatText(model),
  );
}

function missingText({ missing, reason }: ModelFacts & { kind: 'not-found' }): string {
  return reason === undefined ? `Not there: ${missing.join(', ')}` : `It cannot be opened: ${reason}`;
}

function sizeText(parameters: number, bytes: number | undefined): string {
  return `${roundedCount(parameters)} parameters${bytes === undefined ? '' : `, ${roundedBytes(bytes)} on disk`}.`;
}

function contextText({ maxPositions, prefixTokens }: ModelFacts & { kind: 'ok' }): string {
  const own = prefixTokens === 0 ? '' : `, of which it puts ${number(prefixTokens)} in front itself`;
  return `Context: ${amount(maxPositions, 'token')} in a row${own}.`;
}

function languagesText({ languages }: ModelFacts & { kind: 'ok' }): string {
  if (languages === undefined) return '';
  const shown = languages.slice(0, MAX_LANGUAGES).map((language) => languageName(language) ?? language);
  const rest = languages.length - shown.length;
  return `Marks the language in the prompt: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

function chatText({ chat }: ModelFacts & { kind: 'ok' }): string {
  if (chat === undefined) return '';
  return 'unusable' in chat
    ? `Its chat template cannot be used: ${chat.unusable}`
    : 'Made for chats: a template with `"chat": true` stands in its chat template.';
}

const MAX_LANGUAGES = 12;

/** A language by its name, and whether the model knows it. */
export function languageText({ surroundings }: Knowledge, language: string): string {
  const name = languageName(language);
  const model = surroundings?.model;
  const languages = model?.kind === 'ok' ? model.languages : undefined;
  return paragraphs(
    `**Language** ${name === undefined ? code(language) : `${name} (${code(language)})`}`,
    model?.kind !== 'ok'
      ? undefined
      : languages === undefined
        ? 'The model marks no language in the prompt, so this changes nothing.'
        : languages.includes(language)
          ? 'The model marks it in front of every prompt.'
          : 'The model does not know it.',
  );
}
