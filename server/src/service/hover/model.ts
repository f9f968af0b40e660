import { t } from '../../../../l10n/src/words.ts';
import type { ModelFacts } from '../../../../task/src/environment.ts';
import type { Knowledge } from '../knowledge.ts';
import { languageName } from '../language-name.ts';
import { amount, number, roundedBytes, roundedCount } from '../words.ts';
import { code, paragraphs, said } from './markdown.ts';

/** What a model is: its architecture, size, context length, vocabulary and languages; or why it cannot be used. */
export function modelText({ context, surroundings }: Knowledge): string {
  const title = t('**Model** {0}', code(context.file.model));
  const model = surroundings?.model;
  if (model === undefined) return paragraphs(title, t('It has not been looked at yet.'));
  if (model.kind === 'unsupported') {
    const { modelType, supported, reason } = model;
    const others = supported.includes(modelType) ? '' : t('Supported: {0}.', supported.join(', '));
    return paragraphs(title, t('Not supported: {0}', said(reason)), others);
  }
  if (model.kind === 'not-found') return paragraphs(title, missingText(model));
  const { about } = model;
  return paragraphs(
    title,
    about && t('{0}, {1} of width {2}.', about.architecture, amount(about.layers, 'layer'), number(about.hidden)),
    about && sizeText(about.parameters, about.bytes),
    contextText(model),
    about && t('Vocabulary: {0}.', amount(about.vocabulary, 'token')),
    languagesText(model),
    chatText(model),
  );
}

function missingText({ missing, absent, reason }: ModelFacts & { kind: 'not-found' }): string {
  return reason === undefined
    ? t('Not there: {0}', said(absent ?? missing.join(', ')))
    : t('It cannot be opened: {0}', said(reason));
}

function sizeText(parameters: number, bytes: number | undefined): string {
  const said = t('{0} parameters', roundedCount(parameters));
  return `${bytes === undefined ? said : t('{0}, {1} on disk', said, roundedBytes(bytes))}.`;
}

function contextText({ maxPositions, prefixTokens }: ModelFacts & { kind: 'ok' }): string {
  const most = amount(maxPositions, 'token');
  return prefixTokens === 0
    ? t('Context: {0} in a row.', most)
    : t('Context: {0} in a row, of which it puts {1} in front itself.', most, number(prefixTokens));
}

function languagesText({ languages }: ModelFacts & { kind: 'ok' }): string {
  if (languages === undefined) return '';
  const shown = languages.slice(0, MAX_LANGUAGES).map((language) => languageName(language) ?? said(language));
  const rest = languages.length - shown.length;
  const all = rest > 0 ? `${shown.join(', ')} ${t('and {0} more', rest)}` : shown.join(', ');
  return t('Marks the language in the prompt: {0}.', all);
}

function chatText({ chat }: ModelFacts & { kind: 'ok' }): string {
  if (chat === undefined) return '';
  return 'unusable' in chat
    ? t('Its chat template cannot be used: {0}', said(chat.unusable))
    : t('Made for chats: a template with `"chat": true` stands in its chat template.');
}

const MAX_LANGUAGES = 12;

/** A language by its name, and whether the model knows it. */
export function languageText({ surroundings }: Knowledge, language: string): string {
  const name = languageName(language);
  const model = surroundings?.model;
  const languages = model?.kind === 'ok' ? model.languages : undefined;
  return paragraphs(
    t('**Language** {0}', name === undefined ? code(language) : `${name} (${code(language)})`),
    model?.kind !== 'ok'
      ? undefined
      : languages === undefined
        ? t('The model marks no language in the prompt, so this changes nothing.')
        : languages.includes(language)
          ? t('The model marks it in front of every prompt.')
          : t('The model does not know it.'),
  );
}
