import type { RelatedPlace } from '../../protocol/src/problem.ts';
import { type JsonNode, nodeAt, property, type Span } from './json-tree.ts';
import { type LabelForms, labelForms } from './labels.ts';
import { LineIndex, type LinesAsWritten, type Mend } from './line-index.ts';
import { type ParsedTaskFile, parseTaskFile } from './parse.ts';
import { StringOffsets } from './string-offsets.ts';
import { NAME_CHARACTERS, type ParsedTemplate, parseTemplate, type Segment } from './template.ts';
import type { TaskFile, TaskTemplate } from './types.ts';

export type MarkerSegment = Segment & { kind: 'virtual' };
export type FieldSegment = Segment & { kind: 'field' };

/** `name}` in a template; its span, as those of segments, in the template's text. */
export interface UnopenedField extends Span {
  readonly name: string;
}

/** A template as the rules look at it: its settings, its parts and where they stand. */
export interface TemplateView {
  index: number;
  settings: TaskTemplate;
  parsed: ParsedTemplate;
  markers: MarkerSegment[];
  placeholders: FieldSegment[];
  /** The names of its placeholders, each once, in order. */
  fields: string[];
  /** What may be meant as placeholders whose first brace is missing: names in its text with a brace behind. */
  unopened: UnopenedField[];
  /**
   * Whether those are all that it is to have: not where a placeholder is half-written or none can be read. Until then nothing
   * can be said of what rows have more, or have in common.
   */
  areFieldsKnown: boolean;
  /** Undefined for a template without labels. */
  forms: LabelForms | undefined;
}

/** A task file in the form the rules look at: values, places, and the way from one to the other. */
export class TaskContext {
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedTaskFile;
  readonly file: TaskFile;
  /** Places are those of the text as it is written. */
  readonly lines: LineIndex;
  /** What makes this text of the one that is written. */
  readonly mend: Mend | undefined;
  readonly templates: TemplateView[];
  readonly #byName = new Map<string, TemplateView>();
  /** Of strings that were asked for. */
  readonly #offsets = new WeakMap<JsonNode, StringOffsets>();

  /** @param written the places of the text as it is written, where the file is what that is meant to be */
  constructor(path: string, text: string, written?: LinesAsWritten) {
    this.path = path;
    this.text = text;
    this.parsed = parseTaskFile(text, path);
    this.file = this.parsed.file;
    this.lines = written ?? new LineIndex(text);
    this.mend = written?.mend;
    this.templates = this.file.task_templates.map(viewTemplate);
    for (const template of this.templates) {
      const name = template.settings.taskname;
      if (name !== '' && !this.#byName.has(name)) this.#byName.set(name, template);
    }
  }

  /** The first template of a task. */
  template(taskname: string): TemplateView | undefined {
    return this.#byName.get(taskname);
  }

  /** The first template of each task, which is the one that its rows are for. */
  get rowTemplates(): IterableIterator<TemplateView> {
    return this.#byName.values();
  }

  get tasknames(): IterableIterator<string> {
    return this.#byName.keys();
  }

  /** Whether each template says which task it is for. Until then nothing can be said of rows that seem to be for none. */
  get areTasksKnown(): boolean {
    const isKnown = (template: TemplateView) =>
      template.settings.taskname !== '' && this.givenIn(template, 'taskname') !== undefined;
    return this.templates.length > 0 && this.templates.every(isKnown);
  }

  /** The node at a path whose value the file gives in the right type; rules judge nothing else. */
  given(...path: (string | number)[]): JsonNode | undefined {
    const node = nodeAt(this.parsed.tree, path);
    return node !== undefined && this.parsed.sound.has(node) ? node : undefined;
  }

  /** Whether the file has a value at a path, of whatever type. */
  hasKey(...path: (string | number)[]): boolean {
    return nodeAt(this.parsed.tree, path) !== undefined;
  }

  givenIn(template: TemplateView, ...path: (keyof TaskTemplate | number)[]): JsonNode | undefined {
    return this.given('task_templates', template.index, ...path);
  }

  /** The key of a template's property. */
  keyIn(template: TemplateView, name: keyof TaskTemplate): JsonNode | undefined {
    return property(nodeAt(this.parsed.tree, ['task_templates', template.index]), name)?.key;
  }

  /** The entries of a list in the file that are sound, with their nodes. */
  entries(...path: (string | number)[]): { node: JsonNode; value: string }[] {
    const node = nodeAt(this.parsed.tree, path);
    if (node === undefined) return [];
    const items = node.type === 'array' ? node.children! : [node];
    return items.flatMap((item) =>
      this.parsed.sound.has(item) && typeof item.value === 'string' ? [{ node: item, value: item.value }] : [],
    );
  }

  /** Where a stretch of a string's value stands in the source. */
  inString(node: JsonNode, { start, end }: Span): Span {
    const offsets = this.#offsets.get(node) ?? new StringOffsets(this.text, node.offset, node.length);
    this.#offsets.set(node, offsets);
    return { start: offsets.toSource(start), end: offsets.toSource(end) };
  }

  /** Where a segment of a template stands in the source; undefined when the template's text was not read. */
  inTemplate(template: TemplateView, span: Span): Span | undefined {
    const node = this.givenIn(template, 'prompt_template');
    return node && this.inString(node, span);
  }

  related(span: Span, message: string): RelatedPlace {
    return { file: this.path, range: this.lines.range(span), message };
  }
}

function viewTemplate(settings: TaskTemplate, index: number): TemplateView {
  const parsed = parseTemplate(settings.prompt_template, settings.virtual_token_splits);
  const markers = parsed.segments.filter((segment) => segment.kind === 'virtual');
  const placeholders = parsed.segments.filter((segment) => segment.kind === 'field');
  const fields = [...new Set(placeholders.map(({ name }) => name))];
  const isBroken = parsed.problems.some(({ code }) => code === 'placeholder-malformed');
  const unopened = parsed.segments.flatMap(unopenedIn);
  const areFieldsKnown = fields.length > 0 && !isBroken && unopened.length === 0;
  const forms = settings.labels === null ? undefined : labelForms(settings.labels);
  return { index, settings, parsed, markers, placeholders, fields, unopened, areFieldsKnown, forms };
}

/** Whether a field's placeholder lacks no more than a brace, which `placeholder-malformed` tells. */
export function isHalfWritten({ unopened, parsed }: TemplateView, field: string): boolean {
  return unopened.some(({ name }) => name === field) || parsed.problems.some(({ meant }) => meant === `{${field}}`);
}

const UNOPENED = new RegExp(String.raw`([${NAME_CHARACTERS}-]+)\}`, 'gu');

function unopenedIn(segment: Segment): UnopenedField[] {
  if (segment.kind !== 'text') return [];
  return [...segment.text.matchAll(UNOPENED)].map(({ 0: written, 1: name, index }) => {
    const start = segment.start + index;
    return { name: name!, start, end: start + written.length };
  });
}

/** Which marker of its template one is, from 0. Malformed ones count: they are markers once they are corrected. */
export function placeOfMarker(template: TemplateView, { start }: Span): number {
  const known = places.get(template) ?? placesOf(template);
  places.set(template, known);
  return known.get(start) ?? meantMarkers(template).filter((other) => other.start < start).length;
}

const places = new WeakMap<TemplateView, ReadonlyMap<number, number>>();

/** The place of each marker, by where it starts. */
function placesOf(template: TemplateView): ReadonlyMap<number, number> {
  const starts = meantMarkers(template).map(({ start }) => start);
  return new Map(starts.sort((a, b) => a - b).map((start, place) => [start, place]));
}

/** How many markers a template has, malformed ones included. */
export function countMarkers(template: TemplateView): number {
  return meantMarkers(template).length;
}

function meantMarkers({ markers, parsed }: TemplateView): Span[] {
  return [...markers, ...parsed.problems.filter(({ code }) => code === 'marker-malformed')];
}

/** How a text looks inside a JSON string, without the quotes. */
export function jsonInner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
