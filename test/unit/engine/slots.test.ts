import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readSlots,
  type Slot,
  type SlotAnswer,
  type SlotForm,
  slotFormOf,
} from '../../../engine/src/evaluate/slots.ts';

/** Texts that are no answers of either form. */
const OTHERS = [
  'Yes, at seven.',
  'a; b; c',
  'a; b: ',
  'a; b: c\nd',
  'a\nb: c',
  'Intent: a',
  'Intent: a Slots: b(c), d',
  'Intent: a\nSlots: b(c)\nd',
  'Intent: a\nSlots: b()',
  '',
];

const NEMO: SlotForm = { kind: 'nemo' };
const LIST: SlotForm = { kind: 'list', none: 'none' };

const slot = (name: string, value: string): Slot => ({ name, value });

/** In the ways in which data sets write answers. */
const WRITERS: Readonly<Record<string, { form: SlotForm; write: (answer: SlotAnswer) => string }>> = {
  'NeMo’s, on two lines': {
    form: NEMO,
    write: ({ intent, slots }) => `\nIntent: ${intent}\nSlots: ${nemoSlots(slots)}`,
  },
  'NeMo’s, on one line': { form: NEMO, write: ({ intent, slots }) => `Intent: ${intent} Slots: ${nemoSlots(slots)}` },
  'a list': {
    form: LIST,
    write: ({ intent, slots }) =>
      [intent, ...(slots.length > 0 ? slots.map(({ name, value }) => `${name}: ${value}`) : ['none'])].join('; '),
  },
};

const nemoSlots = (slots: readonly Slot[]) =>
  slots.length > 0 ? slots.map(({ name, value }) => `${name}(${value})`).join(', ') : 'None';

const letters = (more: string) => fc.constantFrom(...`aåÖ7日${more}`);
const name = fc
  .tuple(
    letters(''),
    fc.array(letters(' _-./:'), { maxLength: 8 }).map((signs) => signs.join('')),
    letters('_'),
  )
  .map((parts) => parts.join('').normalize('NFC'))
  .filter((text) => !/[: ] |:$/.test(text));
/** In a list a name ends with its colon. */
const plainName = name.map((text) => text.replaceAll(':', '-'));
const value = fc
  .oneof(
    fc.array(letters(' ,:\'"().?€'), { minLength: 1, maxLength: 12 }).map((signs) => signs.join('').trim()),
    fc.constantFrom('7:30', 'Paris (France), Rom', 'seven'),
  )
  .filter((text) => text !== '' && isBalanced(text));
const answer = fc.record({ intent: name, slots: fc.array(fc.record({ name: plainName, value }), { maxLength: 4 }) });
const answers = fc.array(answer, { minLength: 1, maxLength: 6 });

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === '(') depth++;
    if (sign === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

describe.each(Object.entries(WRITERS))('answers in the form of %s', (_, { form, write }) => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(answer, (written) => {
        expect(readSlots(write(written), form)).toEqual(written);
      }),
    );
  });

  it('are known as such where one has a slot', () => {
    fc.assert(
      fc.property(answers, (all) => {
        const found = slotFormOf(all.map(write));
        const hasSlots = all.some(({ slots }) => slots.length > 0);
        expect(found?.kind).toBe(hasSlots ? form.kind : undefined);
      }),
    );
  });

  it('are not known as such beside any other text', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(...OTHERS), (all, other) => {
        expect(slotFormOf([...all.map(write), other])).toBeUndefined();
      }),
    );
  });
});

describe('answers', () => {
  it('are slots in one form alone', () => {
    expect(slotFormOf(['Intent: a\nSlots: b(c)', 'a; b: c'])).toBeUndefined();
  });

  it('of rows without slots are the intent alone or one word that is the same in all of them', () => {
    expect(slotFormOf(['larm; tid: sju', 'musik; inga', 'nyheter; inga'])).toEqual({ kind: 'list', none: 'inga' });
    expect(slotFormOf(['larm; tid: sju', 'musik'])).toEqual({ kind: 'list', none: undefined });
    expect(slotFormOf(['larm; tid: sju', 'musik; inga', 'nyheter; ingen'])).toBeUndefined();
    expect(slotFormOf(['larm; inga; tid: sju'])).toBeUndefined();
  });

  it('may have the names of other data sets', () => {
    expect(slotFormOf(['IN:CREATE_ALARM; SL:DATE_TIME: 7'])?.kind).toBe('list');
    expect(slotFormOf(['Intent: Restaurants_1/find\nSlots: SL:DATE_TIME(7)'])).toEqual(NEMO);
  });

  it.each([[[]], [['music', 'alarm']], [['']], [['Denver Broncos', 'in 1990; he left: twice.', '“a”; b: c']]])(
    'are no slots: %j',
    (texts) => expect(slotFormOf(texts)).toBeUndefined(),
  );
});

describe('a generated answer', () => {
  it('counts what stands in the place of a slot and is none', () => {
    expect(readSlots('alarm; time: seven; day', LIST)).toEqual({
      intent: 'alarm',
      slots: [slot('time', 'seven'), slot('', 'day')],
    });
    expect(readSlots('Intent: alarm\nSlots: time(seven), day(mon', NEMO)).toEqual({
      intent: 'alarm',
      slots: [slot('time', 'seven'), slot('', 'day(mon')],
    });
    expect(readSlots('Intent: alarm\nSlots: time(seven)\nAnd more', NEMO).slots).toEqual([
      slot('time', 'seven'),
      slot('', 'And more'),
    ]);
  });

  it('may have blanks around names and values', () => {
    const slots = [slot('time', 'seven'), slot('day', 'mon')];
    expect(readSlots('Intent: alarm\nSlots:  time ( seven ) , day (mon )', NEMO)).toEqual({ intent: 'alarm', slots });
    expect(readSlots('alarm ;  time : seven ; day :mon ', LIST)).toEqual({ intent: 'alarm', slots });
  });

  it('has its intent, though it ends there', () => {
    for (const text of ['Intent: alarm', 'Intent: alarm\nSlo', ' intent:  alarm  slots:'])
      expect(readSlots(text, NEMO)).toEqual({ intent: 'alarm', slots: [] });
    expect(readSlots('alarm', LIST)).toEqual({ intent: 'alarm', slots: [] });
  });

  it('may be any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(NEMO, LIST), (text, form) => {
        const { intent, slots } = readSlots(text, form);
        for (const part of [intent, ...slots.flatMap((each) => [each.name, each.value])])
          expect(part).toBe(part.trim());
      }),
    );
  });

  it('is compared in NFC', () =>
    expect(readSlots('ta\u0308nd; rum: ko\u0308ket', LIST)).toEqual({ intent: 'tänd', slots: [slot('rum', 'köket')] }));
});
