import { comparable } from './comparable.ts';

/*
 * Answers of intent and slot filling, as they are written as text. A data set keeps to one of the two forms that are around:
 *
 * - `nemo`, of the Assistant data as NVIDIA NeMo prepares it: `Intent: alarm_set`, `Slots: time(seven), date(tomorrow)`, on two lines or one;
 *   without slots `Slots: None`
 * - `list`: `alarm; time: seven; day: tomorrow`; without slots the intent alone, or with one word behind it (`music; none`)
 */

export interface Slot {
  readonly name: string;
  readonly value: string;
}

/** Names and values are comparable: in NFC, without outer blanks. */
export interface SlotAnswer {
  readonly intent: string;
  readonly slots: readonly Slot[];
}

/** How a data set writes its answers. */
export type SlotForm = { readonly kind: 'nemo' } | { readonly kind: 'list'; readonly none: string | undefined };

interface Read extends SlotAnswer {
  /** Parts where slots stand that are none. */
  readonly rest: readonly string[];
}

/** A name is letters, digits and few signs (`IN:CREATE_ALARM`), as no sentence is that has a comma, quotes or a full stop. */
const NAME = /^[\p{L}\p{M}\p{N}_](?:(?:[\p{L}\p{M}\p{N} _./&'’-]|:(?=\S))*[\p{L}\p{M}\p{N}_])?$/u;

/**
 * The form in which these answers are written. Undefined where one of them is written otherwise, where rows without slots say so in
 * several words, and where none has a slot: a label alone could be any text.
 */
export function slotFormOf(answers: readonly string[]): SlotForm | undefined {
  return isNemo(answers) ? { kind: 'nemo' } : listFormOf(answers);
}

/**
 * Reads an answer that should be of that form, such as one that a model has generated. What stands for a slot and is none becomes
 * one without a name, which is right in no row. The intent is empty where there is none.
 */
export function readSlots(text: string, form: SlotForm): SlotAnswer {
  const { intent, slots, rest } = form.kind === 'nemo' ? readNemo(text) : readList(text);
  const none = form.kind === 'list' ? form.none : undefined;
  const faulty = rest.filter((part) => part !== none).map((value) => ({ name: '', value }));
  return { intent, slots: [...slots, ...faulty] };
}

function isNemo(answers: readonly string[]): boolean {
  let slots = 0;
  for (const answer of answers) {
    const read = readNemo(answer);
    if (!SLOTS.test(comparable(answer)) || !isSound(read) || read.rest.length > 0) return false;
    slots += read.slots.length;
  }
  return slots > 0;
}

function listFormOf(answers: readonly string[]): SlotForm | undefined {
  let slots = 0;
  let none: string | undefined;
  for (const answer of answers) {
    const read = readList(answer);
    const [word, ...more] = read.rest;
    if (!isSound(read) || more.length > 0 || /[\r\n]/.test(comparable(answer))) return undefined;
    if (word !== undefined && (read.slots.length > 0 || word !== (none ?? word))) return undefined;
    none ??= word;
    slots += read.slots.length;
  }
  return slots > 0 ? { kind: 'list', none } : undefined;
}

function isSound({ intent, slots }: Read): boolean {
  return NAME.test(intent) && slots.every(({ name, value }) => NAME.test(name) && value !== '');
}

const INTENT = /^intent:([^\n]*?)(?:\sslots:|\n|$)/iu;
const SLOTS = /\sslots:([^\n]*)(.*)$/isu;

function readNemo(answer: string): Read {
  const text = comparable(answer);
  const intent = (INTENT.exec(text)?.[1] ?? '').trim();
  const [, line = '', below = ''] = SLOTS.exec(text) ?? [];
  const parts = splitOutsideBrackets(line).map((part) => part.trim());
  const slots: Slot[] = [];
  const rest: string[] = [];
  for (const part of parts) {
    const [, name, value] = /^([^()]+)\((.*)\)$/su.exec(part) ?? [];
    if (name !== undefined && value !== undefined) slots.push({ name: name.trim(), value: value.trim() });
    else if (part !== '' && part.toLowerCase() !== 'none') rest.push(part);
  }
  if (below !== '') rest.push(below.trim());
  return { intent, slots, rest };
}

/** The parts between the commas that stand in no brackets. */
function splitOutsideBrackets(text: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  let depth = 0;
  for (let place = 0; place < text.length; place++) {
    const sign = text[place];
    if (sign === '(') depth++;
    else if (sign === ')') depth = Math.max(0, depth - 1);
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(begin, place));
      begin = place + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

function readList(answer: string): Read {
  const [intent = '', ...parts] = comparable(answer)
    .split(';')
    .map((part) => part.trim());
  const slots: Slot[] = [];
  const rest: string[] = [];
  for (const part of parts) {
    const colon = part.indexOf(':');
    if (colon > 0) slots.push({ name: part.slice(0, colon).trim(), value: part.slice(colon + 1).trim() });
    else if (part !== '') rest.push(part);
  }
  return { intent, slots, rest };
}
