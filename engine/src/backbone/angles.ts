import type { Graph, Value } from '../onnx/graph.ts';
import { add, div, gather, mul, sub } from '../onnx/operators.ts';

/** Places are written with digits of this base, and up to its third power. */
const BASE = 128;
const DIGITS = 3;

/** Of angles, [n, frequencies] each. */
export interface Angles {
  readonly cosines: Value;
  readonly sines: Value;
}

/**
 * Cosines and sines of places times frequencies. No graph computes a sine: a GPU's is right to three or four digits only. A place
 * is a sum of its digits' shares, whose angles are in tables, and angles are added by the addition theorems.
 *
 * @param places [n] (int32)
 * @param frequencies radians a place; several lists of one length, of which `kind` [1] (int32) says which one counts
 */
export function anglesOf(places: Value, frequencies: readonly (readonly number[])[], kind?: Value): Angles {
  const { graph } = places;
  const row = (digit: Value) => (kind ? add(digit, mul(kind, graph.int32([BASE]))) : digit);
  return digitsOf(places)
    .map((digit, place) => lookUp(tableOf(graph, frequencies, BASE ** place), row(digit)))
    .reduce(added);
}

/** [lists · BASE, frequencies] each: row d of a list's part for the place d · step. */
function tableOf(graph: Graph, lists: readonly (readonly number[])[], step: number): Angles {
  const shape = [lists.length * BASE, lists[0]!.length];
  const values = (f: (angle: number) => number) =>
    Float32Array.from(
      lists.flatMap((frequencies) =>
        Array.from({ length: BASE }, (_, digit) => frequencies.map((frequency) => f(digit * step * frequency))).flat(),
      ),
    );
  const stored = (f: (angle: number) => number) =>
    graph.initializer(graph.uniqueName('angles'), 'float32', shape, values(f));
  return { cosines: stored(Math.cos), sines: stored(Math.sin) };
}

/** The digits of whole numbers [n] (int32), the last one first. */
function digitsOf(places: Value): Value[] {
  const base = places.graph.int32([BASE]);
  const digits: Value[] = [];
  let rest = places;
  while (digits.length < DIGITS - 1) {
    const higher = div(rest, base);
    digits.push(sub(rest, mul(higher, base)));
    rest = higher;
  }
  return [...digits, rest];
}

function lookUp(table: Angles, rows: Value): Angles {
  return { cosines: gather(table.cosines, rows), sines: gather(table.sines, rows) };
}

function added(a: Angles, b: Angles): Angles {
  return {
    cosines: sub(mul(a.cosines, b.cosines), mul(a.sines, b.sines)),
    sines: add(mul(a.sines, b.cosines), mul(a.cosines, b.sines)),
  };
}
