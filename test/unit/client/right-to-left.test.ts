import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as shown from '../../../client/src/columns.ts';
import { isolated, withoutIsolates } from '../../../client/src/right-to-left.ts';
import * as printed from '../../../engine/src/columns.ts';
import * as said from '../../../l10n/src/right-to-left.ts';

/** The client imports no other folder, so that it has both rules of its own. */
const text = fc.string({ unit: 'binary', maxLength: 8 });

it('the extension isolates what the language server does', () => {
  said.isolateRightToLeft(true);
  try {
    fc.assert(
      fc.property(text, (any) => {
        expect(isolated(any)).toBe(said.isolated(any));
      }),
      { numRuns: 2000 },
    );
  } finally {
    said.isolateRightToLeft(false);
  }
});

it('nothing of that is left for a terminal or a file', () =>
  expect(withoutIsolates(`${isolated('مزاج')}: ${isolated('سلبي')} 97%`)).toBe('مزاج: سلبي 97%'));

it('a line is as wide in the editor as on the command line', () =>
  fc.assert(
    fc.property(text, fc.nat(8), (any, columns) => {
      expect(shown.columnsOf(any)).toBe(printed.columnsOf(any));
      expect(shown.startWithin(any, columns)).toBe(printed.startWithin(any, columns));
      expect(shown.filled(any, columns)).toBe(printed.filled(any, columns));
    }),
    { numRuns: 2000 },
  ));
