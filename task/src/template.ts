import { t } from '../../l10n/src/words.ts';
import type { Span } from './json-tree.ts';

/** A part of a template; `start` and `end` are UTF-16 offsets in the template's text. */
export type Segment =
  | ({ kind: 'text'; text: string } & Span)
  | ({ kind: 'field'; name: string } & Span)
  | ({ kind: 'virtual'; index: number; tokens: number } & Span);

export interface TemplateProblem extends Span {
  code: 'marker-malformed' | 'placeholder-malformed';
  message: string;
  /** How it should be written, where that can be told. */
  meant?: string;
  /** The end of what `meant` takes the place of, where that is more than what is wrong. */
  meantUntil?: number;
}

export interface ParsedTemplate {
  segments: Segment[];
  problems: TemplateProblem[];
}

export function marker(index: number): string {
  return `<|VIRTUAL_PROMPT_${index}|>`;
}

/** A part of a filled template. The answer is a piece of its own, so that it can be tokenised and scored by itself. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'virtual'; index: number; tokens: number }
  | { kind: 'answer'; text: string };

const MARKER = /^<\|VIRTUAL_PROMPT_(0|[1-9]\d{0,8})\|>/;
/** Anything that was plainly meant as a marker: its name with a bracket or bar before it, or in capitals. */
const NEAR_MARKER =
  /^(?:(?:<\s*\|?|\|)\s*virtual[\s_-]*prompts?[\s_-]*\d*\s*(?:\|\s*>?|>)?|VIRTUAL_PROMPT[S_]*\d*(?:\|>?|>)?)/i;
const CANDIDATE = /[{<|]|VIRTUAL_PROMPT/g;
/**
 * What most names are made of, for a class of a regular expression. Vowel signs are marks to Unicode, and within words some scripts
 * have joiners, such as Persian.
 */
export const NAME_CHARACTERS = String.raw`\p{L}\p{M}\p{N}\p{Join_C}_`;
/** A placeholder as Jinja and others write it. */
const DOUBLE_BRACES = new RegExp(String.raw`^\{\{\s*([${NAME_CHARACTERS}-]+)\s*\}\}`, 'u');
const LONGEST_DOUBLED = 200;
const NAME_AT_START = new RegExp(`^[${NAME_CHARACTERS}-]*`, 'u');

/**
 * Reads a template: text, `{field}` and `<|VIRTUAL_PROMPT_n|>`. What is malformed is reported and taken as text, so that
 * the segments always cover the whole template, in order.
 *
 * @param splits how many virtual tokens each marker stands for, by its number; a missing one counts 0
 */
export function parseTemplate(template: string, splits: readonly number[]): ParsedTemplate {
  const segments: Segment[] = [];
  const problems: TemplateProblem[] = [];
  let textStart = 0;
  // Malformed ones included: they are numbered as they stand, whatever number they have.
  let markers = 0;
  const endText = (end: number): void => {
    if (end > textStart) {
      segments.push({ kind: 'text', text: template.slice(textStart, end), start: textStart, end });
    }
  };

  CANDIDATE.lastIndex = 0;
  for (let match = CANDIDATE.exec(template); match !== null; match = CANDIDATE.exec(template)) {
    const start = match.index;
    if (match[0] === '{') {
      const field = readField(template, start);
      if (field.kind === 'problem') {
        const { kind: _, ...problem } = field;
        problems.push({ code: 'placeholder-malformed', start, ...problem });
      } else {
        endText(start);
        segments.push({ kind: 'field', name: field.name, start, end: field.end });
        textStart = field.end;
      }
      CANDIDATE.lastIndex = field.kind === 'problem' ? start + 1 : field.end;
      continue;
    }
    const exact = MARKER.exec(template.slice(start, start + 40));
    if (exact !== null) {
      const end = start + exact[0].length;
      const index = Number(exact[1]);
      endText(start);
      markers += 1;
      segments.push({ kind: 'virtual', index, tokens: splits[index] ?? 0, start, end });
      textStart = end;
      CANDIDATE.lastIndex = end;
      continue;
    }
    const near = NEAR_MARKER.exec(template.slice(start, start + 80));
    if (near !== null) {
      const end = start + near[0].trimEnd().length;
      const written = template.slice(start, end);
      const meant = marker(markers);
      markers += 1;
      problems.push({
        code: 'marker-malformed',
        message: t('{0} is not a marker; a marker is written like {1}.', JSON.stringify(written), meant),
        meant,
        start,
        end,
      });
      CANDIDATE.lastIndex = end;
    }
  }
  endText(template.length);
  return { segments, problems };
}

type FieldReading =
  | { kind: 'field'; name: string; end: number }
  | ({ kind: 'problem' } & Pick<TemplateProblem, 'message' | 'meant' | 'meantUntil' | 'end'>);

function readDoubled(template: string, start: number): RegExpExecArray | null {
  return DOUBLE_BRACES.exec(template.slice(start, start + LONGEST_DOUBLED));
}

function readField(template: string, start: number): FieldReading {
  const doubled = readDoubled(template, start);
  if (doubled !== null) {
    const meant = `{${doubled[1]}}`;
    const message = t('A placeholder has one brace on each side; write {0}.', meant);
    // What is wrong is the first brace: behind it stands a placeholder, and a brace that is text.
    return { kind: 'problem', message, meant, meantUntil: start + doubled[0].length, end: start + 1 };
  }
  const stop = template.slice(start + 1).search(/[{}\n\r]|<\|/);
  const stopAt = stop < 0 ? template.length : start + 1 + stop;
  if (template[stopAt] !== '}') {
    const name = NAME_AT_START.exec(template.slice(start + 1, stopAt))![0];
    return {
      kind: 'problem',
      message: t('This placeholder is not closed; write {0}.', `{${name || 'field'}}`),
      ...(name === '' ? {} : { meant: `{${name}}` }),
      end: start + 1 + name.length,
    };
  }
  const written = template.slice(start + 1, stopAt);
  if (written.trim() === '') {
    return {
      kind: 'problem',
      message: t('This placeholder is empty; put the name of a field in it.'),
      end: stopAt + 1,
    };
  }
  // Blanks are a part of a name, but not between two braces, where they are the other notation's.
  return {
    kind: 'field',
    name: start > 0 && readDoubled(template, start - 1) ? written.trim() : written,
    end: stopAt + 1,
  };
}

/** Whether a template can have a placeholder for a field of this name; rows may have any. */
export function canBePlaceholder(name: string): boolean {
  const { segments, problems } = parseTemplate(`{${name}}`, []);
  const [segment] = segments;
  return problems.length === 0 && segment?.kind === 'field' && segment.name === name;
}

export interface FillOptions {
  /** True for prediction: everything from the answer on is left out, with the space in front of it. */
  withoutAnswer: boolean;
  answerField: string | null;
  /** True where the answer stands by itself, as in a chat: a space right before it goes with nothing. */
  answerAlone?: boolean;
}

/** The segment that the model is to write: the last one of the answer's field. */
export function answerSegment(segments: readonly Segment[], answerField: string | null): number {
  return segments.findLastIndex((segment) => segment.kind === 'field' && segment.name === answerField);
}

/**
 * Puts a row into a template. Values are put into the parsed segments, never into the template's text, so a value that
 * holds a marker or a placeholder stays what it is. One space right before the answer goes with the answer: that is how
 * byte-level tokenisers split words, and what NeMo does. A field that the row lacks, or that is no string, is "".
 *
 * @returns pieces in order, neighbouring text joined, none empty except the answer
 */
export function fillTemplate(
  segments: readonly Segment[],
  row: Readonly<Record<string, unknown>>,
  { withoutAnswer, answerField, answerAlone = false }: FillOptions,
): Piece[] {
  const answerAt = answerField === null ? -1 : answerSegment(segments, answerField);
  const pieces: Piece[] = [];
  let text = '';
  const endText = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (i === answerAt) {
      const space = endingSpace(segments[i - 1]);
      text = text.slice(0, text.length - space.length);
      endText();
      if (withoutAnswer) return pieces;
      pieces.push({ kind: 'answer', text: (answerAlone ? '' : space) + fieldText(row, segment) });
    } else if (segment.kind === 'virtual') {
      endText();
      pieces.push({ kind: 'virtual', index: segment.index, tokens: segment.tokens });
    } else if (segment.kind === 'text') {
      text += segment.text;
    } else if (!(withoutAnswer && segment.name === answerField)) {
      text += fieldText(row, segment);
    }
  }
  endText();
  return pieces;
}

/** The space at the end of a text, which goes with the answer behind it. */
function endingSpace(segment: Segment | undefined): string {
  return segment?.kind === 'text' && segment.text.endsWith(' ') ? ' ' : '';
}

function fieldText(row: Readonly<Record<string, unknown>>, segment: Segment): string {
  if (segment.kind !== 'field' || !Object.hasOwn(row, segment.name)) return '';
  const value = row[segment.name];
  return typeof value === 'string' ? value : '';
}
