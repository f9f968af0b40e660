import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concerns } from '../../../server/src/service/dependencies.ts';
import { Dependents } from '../../../server/src/service/dependents.ts';
import { PathLookup } from '../../../server/src/service/path-lookup.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'c:', '/', '/', '\\'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));

describe('paths that a change concerns', () => {
  it('are those that asking each of them gives, whatever came and went before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.boolean())), fc.array(path), (steps, changes) => {
        const lookup = new PathLookup();
        const present = new Set<string>();
        for (const [name, isAdded] of steps) {
          if (isAdded) lookup.add(name);
          else lookup.delete(name);
          if (isAdded) present.add(name);
          else present.delete(name);
        }
        for (const changed of [...changes, ...steps.map(([name]) => name)]) {
          const concerned = [...present].filter((name) => concerns(new Set([name]), changed));
          expect(lookup.concernedBy(changed).sort()).toEqual(concerned.sort());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are found by the task files that name them now', () => {
    const dependents = new Dependents();
    dependents.set('/w/a.ptask.json', new Set(['/w/train.jsonl', '/data/test.jsonl']));
    dependents.set('/w/b.ptask.json', new Set(['/w/train.jsonl']));
    expect([...dependents.of('/w/train.jsonl')]).toEqual(['/w/a.ptask.json', '/w/b.ptask.json']);
    expect([...dependents.of('/data')]).toEqual(['/w/a.ptask.json']);
    expect([...dependents.of('/w/other.jsonl')]).toEqual([]);
    dependents.set('/w/a.ptask.json', new Set(['/w/train.jsonl']));
    expect([...dependents.of('/data')]).toEqual([]);
    dependents.delete('/w/b.ptask.json');
    expect([...dependents.of('/w/train.jsonl')]).toEqual(['/w/a.ptask.json']);
  });
});
