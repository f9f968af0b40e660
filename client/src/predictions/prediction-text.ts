import type { Answer, PredictedRow, PromptState, VirtualTokenNeighbours } from '../../../protocol/src/predicting.ts';
import { columnsOf, filled, startWithin } from '../columns.ts';
import { isolated } from '../right-to-left.ts';
import type { Texts } from '../texts.ts';
import type { Prediction } from './prediction-store.ts';

/** A generated answer is cut to so many columns beside a row. */
const MOST_COLUMNS = 60;
const BAR_LENGTH = 20;

/**
 * `→ positiva 97 % ✓` beside a row, as what is in front of the answer's text, that text, and what is behind it: each runs in a
 * direction of its own. Undefined where there is nothing to show.
 */
export function hintParts({ prompt, answer: { trained, stale } }: Prediction, texts: Texts): HintParts | undefined {
  if (trained) return ['→ ', shortText(trained), shareText(trained, texts) + markOf(trained)];
  if (stale && prompt.state === 'stale') {
    return ['→ ', shortText(stale), `${shareText(stale, texts)} (${texts.t('stale')})`];
  }
  return undefined;
}

export type HintParts = readonly [before: string, answer: string, behind: string];

function shortText(answer: Answer): string {
  const line = answer.text.replace(/\s+/g, ' ').trim();
  return columnsOf(line) > MOST_COLUMNS ? `${startWithin(line, MOST_COLUMNS)}…` : withCut(line, answer);
}

function shareText({ text, candidates }: Answer, { percent }: Texts): string {
  const probability = candidates?.find((candidate) => candidate.text === text)?.probability;
  return probability === undefined ? '' : ` ${percent(probability)}`;
}

/** An answer's text, with a sign behind it where it goes on unseen. */
export function withCut(text: string, { cut }: Pick<Answer, 'cut'>): string {
  return cut ? `${text}…` : text;
}

function markOf({ right }: Answer): string {
  return right === undefined ? '' : right ? ' ✓' : ' ✗';
}

/** An answer with the text that it is to, as Markdown. */
export function answeredMarkdown(taskname: string, prompt: PromptState, row: PredictedRow, texts: Texts): string {
  return [fenced(row.text), rowMarkdown(taskname, prompt, row, texts)].join('\n\n');
}

/**
 * What is shown over a row below its text, as Markdown.
 * @param taskFile whose prompt it is, where the row belongs to several
 */
export function rowMarkdown(
  taskname: string,
  prompt: PromptState,
  row: PredictedRow,
  texts: Texts,
  taskFile?: string,
): string {
  const { t } = texts;
  const of = taskFile === undefined ? [] : [inlineCode(taskFile)];
  const paragraphs = [[`**${escapeMarkdown(taskname)}**`, ...of, promptText(prompt, texts)].join(' · ')];
  if (row.problem !== undefined) return [...paragraphs, escapeMarkdown(row.problem)].join('\n\n');
  const answer = row.trained ?? row.stale;
  if (answer) paragraphs.push(answerMarkdown(answer, texts));
  if (answer?.cut) paragraphs.push(t('The answer is cut: no more tokens are generated.'));
  if (row.expected) {
    const given = `**${escapeMarkdown(row.expected.text)}**`;
    const verdict = answer?.right === undefined ? '' : answer.right ? ` ✓ ${t('right')}` : ` ✗ ${t('wrong')}`;
    paragraphs.push(`${t('The row’s own answer: {0}', given)}${verdict}`);
  }
  if (row.untrained) {
    const answered = isolated(shortText(row.untrained)) + shareText(row.untrained, texts);
    const untrained = `**${escapeMarkdown(answered)}**`;
    paragraphs.push(`${t('Without a trained prompt: {0}', untrained)}${markOf(row.untrained)}`);
  }
  return paragraphs.join('\n\n');
}

function answerMarkdown(answer: Answer, { percent }: Texts): string {
  const { text, candidates } = answer;
  if (!candidates) return fenced(withCut(text, answer));
  const width = Math.max(...candidates.map((candidate) => columnsOf(candidate.text)));
  const lines = candidates.map(({ text: label, probability }) => {
    const bar = '█'.repeat(Math.round(probability * BAR_LENGTH)).padEnd(BAR_LENGTH, '·');
    return `${filled(isolated(label), width)} ${bar} ${percent(probability, 1)}`;
  });
  return fenced(lines.join('\n'));
}

/** How far a prompt can be trusted, in a few words. */
export function promptText(prompt: PromptState, texts: Texts): string {
  const { t, percent } = texts;
  switch (prompt.state) {
    case 'untrained':
      return t('not trained yet');
    case 'stale':
      return `⚠ ${escapeMarkdown(staleText(prompt, texts))}`;
    case 'current': {
      const { trained } = prompt;
      if (trained?.accuracy === undefined || trained.validationRows === undefined) return t('trained');
      return trained.validationRows === 1
        ? t('trained: {0} of 1 validation row right', percent(trained.accuracy))
        : t('trained: {0} of {1} validation rows right', percent(trained.accuracy), trained.validationRows);
    }
  }
}

/** What has changed since a prompt was trained, and what to do. */
export function staleText({ changed }: Extract<PromptState, { state: 'stale' }>, { t }: Texts): string {
  switch (changed) {
    case 'template':
      return t('The template has changed since its prompt was trained: train it again.');
    case 'model':
      return t('The model has changed since the prompt was trained: train it again.');
    case 'tokenizer':
      return t('The model’s tokeniser has changed since the prompt was trained: train it again.');
    case 'chat-template':
      return t('The model’s chat template has changed since the prompt was trained: train it again.');
  }
}

/** The words of the vocabulary that a marker's virtual tokens are nearest to, as Markdown; a line for each. */
export function neighboursMarkdown(tokens: readonly VirtualTokenNeighbours[], { t, number }: Texts): string {
  const lines = tokens.map(({ nearest }, place) => {
    const words = nearest.map(({ text, cosine }) => `${inlineCode(text)} ${number(cosine, 2)}`);
    return `${place + 1}. ${words.join(' · ')}`;
  });
  return [t('**Nearest words** of each virtual token, with their cosine'), lines.join('\n')].join('\n\n');
}

/** Text as it is, whatever Markdown it may look like; between two dollars VS Code would set it as a formula. */
export function escapeMarkdown(text: string): string {
  return isolated(text.replace(/[\\`*_{}[\]()#+\-.!<>|~&$]/g, '\\$&').replace(/\r\n?|\n/g, ' '));
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function inlineCode(text: string): string {
  const shown = text.replace(/\r\n?|\n/g, '⏎').replace(/^ | $/g, '␣') || '␣';
  const fence = '`'.repeat(longestRun(shown) + 1);
  return isolated(fence.length === 1 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`);
}

const longestRun = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
