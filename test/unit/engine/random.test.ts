import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../engine/src/random.ts';

const draw = (random: Random, n: number) => Array.from({ length: n }, () => random.uniform());

function meanAndDeviation(numbers: readonly number[]): [number, number] {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return [mean, Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length)];
}

describe('Random', () => {
  it('gives the numbers that it always gave', () => {
    const random = Random.fromSeed(1234);
    expect([random.uniform(), random.normal(), random.integer(1000), random.shuffle([1, 2, 3, 4, 5, 6])]).toEqual([
      0.1158731349951917,
      1.3539589112539707,
      628,
      [1, 6, 5, 3, 2, 4],
    ]);
  });

  it('gives the same numbers for the same seed, others for another', () => {
    expect(draw(Random.fromSeed(5), 10)).toEqual(draw(Random.fromSeed(5), 10));
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => Random.fromSeed(seed).uniform()));
    expect(firsts.size).toBe(1000);
    const [mean, deviation] = meanAndDeviation([...firsts]);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(deviation).toBeCloseTo(Math.sqrt(1 / 12), 1);
  });

  it('forks by label, whatever was drawn before', () => {
    const random = Random.fromSeed(9);
    const before = draw(random.fork('data'), 5);
    draw(random, 17);
    expect(draw(random.fork('data'), 5)).toEqual(before);
    expect(draw(random.fork('encoder'), 5)).not.toEqual(before);
    expect(draw(random.fork('data').fork('encoder'), 5)).not.toEqual(draw(random.fork('encoder').fork('data'), 5));
    expect(draw(Random.fromSeed(8).fork('data'), 5)).not.toEqual(before);
  });

  it('draws uniform numbers in their range, and normals with their mean and deviation', () => {
    const random = Random.fromSeed(2);
    const uniforms = Array.from({ length: 20_000 }, () => random.uniform(-2, 4));
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...uniforms)).toBeLessThan(4);
    expect(meanAndDeviation(uniforms)[0]).toBeCloseTo(1, 1);
    const normals = Array.from({ length: 20_000 }, () => random.normal(3, 0.5));
    const [mean, deviation] = meanAndDeviation(normals);
    expect(mean).toBeCloseTo(3, 1);
    expect(deviation).toBeCloseTo(0.5, 1);
    const within = normals.filter((x) => Math.abs(x - 3) < 0.5).length / normals.length;
    expect(within).toBeCloseTo(0.6827, 1);
  });

  it('draws every whole number below n about as often', () => {
    const random = Random.fromSeed(3);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[random.integer(6)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    for (const n of [0, -1, 1.5, Number.NaN]) expect(() => random.integer(n)).toThrow(RangeError);
  });

  it('shuffles into a new order of the same items, every order as likely', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = Random.fromSeed(seed).shuffle(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
    const random = Random.fromSeed(4);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle('abc').join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
