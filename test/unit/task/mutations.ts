import fc from 'fast-check';

/** One change to a text: a part removed, repeated, moved or replaced by something that means something. */
const snippets = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '\r',
    '//',
    '/*',
    '0',
    '-1',
    '1e999',
    'null',
    'true',
    '""',
    '{}',
    '[]',
  ],
  ...[
    '<|VIRTUAL_PROMPT_0|>',
    '<|VIRTUAL',
    '{label}',
    '"taskname"',
    '__proto__',
    '\ud83d',
    '\u0000',
    '\uFEFF',
    '\\u00',
    '🙂',
  ],
);
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(30), fc.nat(2000)),
  insert: fc.oneof(fc.constant(''), snippets, fc.string({ unit: 'binary', maxLength: 4 })),
});
export const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

export function mutated(text: string, changes: { at: number; length: number; insert: string }[]): string {
  return changes.reduce((result, { at, length, insert }) => {
    const start = Math.floor(at * result.length);
    return result.slice(0, start) + insert + result.slice(start + length);
  }, text);
}
