import { afterAll, describe, expect, it } from 'vitest';
import {
  buildEncoderGraph,
  type EncoderSpec,
  type EncoderTask,
  type EncoderType,
  initialParameters,
  type Parameters,
  PromptEncoder,
  parameterCount,
} from '../../../engine/src/prompt/encoder.ts';
import { Random } from '../../../engine/src/random.ts';

const HIDDEN = 8;
const TYPES: EncoderType[] = ['lstm', 'mlp', 'tpmlp', 'embedding', 'residual'];

const specOf = (type: EncoderType, changes: Partial<EncoderSpec> = {}): EncoderSpec => ({
  type,
  hidden: HIDDEN,
  numLayers: 2,
  encoderHidden: null,
  dropout: 0,
  conditioned: true,
  ...changes,
});

const rows = (count: number, seed: number) => {
  const random = Random.fromSeed(seed);
  return Float32Array.from({ length: count * HIDDEN }, () => random.normal());
};

const SENTIMENT: EncoderTask = { taskname: 'sentiment', virtualTokens: 6, nameEmbeddings: rows(2, 1) };
const INTENT: EncoderTask = { taskname: 'intent-and-slots', virtualTokens: 4, nameEmbeddings: rows(3, 2) };

const encoders: PromptEncoder[] = [];
afterAll(() => Promise.all(encoders.map((encoder) => encoder.release())));

async function create(spec: EncoderSpec, tasks: EncoderTask[]): Promise<PromptEncoder> {
  const encoder = await PromptEncoder.create(spec, tasks, { threads: 1 });
  encoders.push(encoder);
  return encoder;
}

const fresh = (spec: EncoderSpec, tasks: EncoderTask[], seed = 3): Parameters =>
  initialParameters(spec, tasks, Random.fromSeed(seed));

const deviation = (values: Float32Array) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
};
const largest = (values: Float32Array) => values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);

describe.each(TYPES)('the %s encoder', (type) => {
  const spec = specOf(type);

  it('gives every task its own number of virtual tokens', async () => {
    const encoder = await create(spec, [SENTIMENT, INTENT]);
    const virtual = await encoder.encode(fresh(spec, [SENTIMENT, INTENT]));
    expect([...virtual].map(([name, values]) => [name, values.length])).toEqual([
      ['sentiment', 6 * HIDDEN],
      ['intent-and-slots', 4 * HIDDEN],
    ]);
  });

  it('has as many numbers to learn as it says without drawing them', () => {
    const drawn = [...fresh(spec, [SENTIMENT, INTENT]).values()].map(({ data }) => data.length);
    expect(parameterCount(spec, [SENTIMENT, INTENT])).toBe(drawn.reduce((sum, size) => sum + size));
  });

  it('has gradients that agree with differences along random directions', async () => {
    const tasks = [SENTIMENT, INTENT];
    const encoder = await create(spec, tasks);
    const parameters = fresh(spec, tasks);
    const random = Random.fromSeed(4);
    for (const { data } of parameters.values()) {
      // Away from the zeros that some parameters start at, which would hide what is multiplied by them.
      data.forEach((_, i) => {
        data[i]! += random.normal(0, 0.1);
      });
    }
    const seed = new Map(tasks.map(({ taskname, virtualTokens }) => [taskname, rows(virtualTokens, virtualTokens)]));
    const weighted = async (at: Parameters) => {
      let sum = 0;
      for (const [taskname, values] of await encoder.encode(at)) {
        values.forEach((value, i) => {
          sum += value * seed.get(taskname)![i]!;
        });
      }
      return sum;
    };
    const gradients = await encoder.gradients(parameters, seed);
    expect([...gradients.keys()]).toEqual([...parameters.keys()]);
    for (const [name, { shape, data }] of parameters) {
      const direction = Float32Array.from(data, () => random.normal());
      const moved = (distance: number): Parameters =>
        new Map(parameters).set(name, { shape, data: data.map((x, i) => x + distance * direction[i]!) });
      const difference = ((await weighted(moved(1e-4))) - (await weighted(moved(-1e-4)))) / 2e-4;
      const terms = Array.from(gradients.get(name)!, (gradient, i) => gradient * direction[i]!);
      const scale = Math.hypot(...terms);
      expect(Math.abs(terms.reduce((sum, x) => sum + x, 0) - difference), name).toBeLessThan(0.02 * scale + 2e-2);
      expect(scale, `${name} takes part`).toBeGreaterThan(0);
    }
  });

  it('gives a task the same prompt whatever stands beside it', async () => {
    const together = await create(spec, [SENTIMENT, INTENT]);
    const parameters = fresh(spec, [SENTIMENT, INTENT]);
    const changed: EncoderTask = { ...INTENT, nameEmbeddings: rows(1, 9) };
    const beside = await create(spec, [SENTIMENT, changed]);
    const [first, second] = [await together.encode(parameters), await beside.encode(parameters)];
    expect(second.get('sentiment')).toEqual(first.get('sentiment'));
  });

  it('starts alike from one seed, and otherwise from another', () => {
    expect(fresh(spec, [SENTIMENT], 5)).toEqual(fresh(spec, [SENTIMENT], 5));
    expect(fresh(spec, [SENTIMENT], 5)).not.toEqual(fresh(spec, [SENTIMENT], 6));
  });

  it('takes a task without a gradient for one with a gradient of zero', async () => {
    const encoder = await create(spec, [SENTIMENT, INTENT]);
    const parameters = fresh(spec, [SENTIMENT, INTENT]);
    const gradient = rows(6, 7);
    const left = await encoder.gradients(parameters, new Map([['sentiment', gradient]]));
    const zero = await encoder.gradients(
      parameters,
      new Map([
        ['sentiment', gradient],
        ['intent-and-slots', new Float32Array(4 * HIDDEN)],
      ]),
    );
    expect(left).toEqual(zero);
  });

  it('has a graph that does not grow with the number of virtual tokens', () => {
    const nodes = (virtualTokens: number) =>
      buildEncoderGraph(spec, [{ ...SENTIMENT, virtualTokens }], { backward: true }).nodes.length;
    expect(nodes(100)).toBe(nodes(10));
  });
});

describe('task conditioning', () => {
  it.each(['lstm', 'mlp', 'tpmlp'] as const)('makes the prompt of %s depend on the name', async (type) => {
    const renamed = { ...SENTIMENT, nameEmbeddings: rows(2, 12) };
    const prompts = async (conditioned: boolean) => {
      const spec = specOf(type, { conditioned });
      const parameters = fresh(spec, [SENTIMENT]);
      const [one, other] = await Promise.all([create(spec, [SENTIMENT]), create(spec, [renamed])]);
      return [(await one.encode(parameters)).get('sentiment'), (await other.encode(parameters)).get('sentiment')];
    };
    const [one, other] = await prompts(true);
    expect(one).not.toEqual(other);
    const [same, alike] = await prompts(false);
    expect(same).toEqual(alike);
  });

  it('learns no row in the place of the name, and all rows behind it', async () => {
    const spec = specOf('mlp');
    const encoder = await create(spec, [SENTIMENT]);
    const gradients = await encoder.gradients(fresh(spec, [SENTIMENT]), new Map([['sentiment', rows(6, 1)]]));
    const learnt = gradients.get('embedding')!;
    expect(largest(learnt.subarray(0, 2 * HIDDEN))).toBe(0);
    for (let row = 2; row < 6; row++)
      expect(largest(learnt.subarray(row * HIDDEN, (row + 1) * HIDDEN))).toBeGreaterThan(0);
  });

  it('cuts a name that has more tokens than the prompt, and then has no input to learn', async () => {
    const spec = specOf('lstm');
    const longName: EncoderTask = { taskname: 'long', virtualTokens: 3, nameEmbeddings: rows(5, 1) };
    const parameters = fresh(spec, [longName]);
    expect(parameters.has('embedding')).toBe(false);
    const encoder = await create(spec, [longName]);
    expect((await encoder.encode(parameters)).get('long')).toHaveLength(3 * HIDDEN);
    const cut = await create(spec, [{ ...longName, nameEmbeddings: longName.nameEmbeddings.slice(0, 3 * HIDDEN) }]);
    expect(await cut.encode(parameters)).toEqual(await encoder.encode(parameters));
  });
});

describe('fresh parameters', () => {
  const shapes = (spec: EncoderSpec, tasks: EncoderTask[]) =>
    [...fresh(spec, tasks)].map(([name, { shape }]) => `${name} ${shape.join('×')}`);

  it('of NeMo 1.10 are 8,279,040 numbers for a width of 768 and ten virtual tokens', () => {
    const spec = specOf('lstm', { hidden: 768 });
    const task = { taskname: 't', virtualTokens: 10, nameEmbeddings: new Float32Array(0) };
    let count = 0;
    for (const { data } of fresh(spec, [task]).values()) count += data.length;
    expect(count).toBe(8_279_040);
  });

  it('stand in a fixed order under readable names', () => {
    expect(shapes(specOf('lstm', { numLayers: 1 }), [INTENT, SENTIMENT])).toEqual([
      'embedding 6×8',
      'lstm.0.w 2×16×8',
      'lstm.0.r 2×16×4',
      'lstm.0.b 2×32',
      'mlp.0.weight 8×8',
      'mlp.0.bias 8',
      'mlp.1.weight 8×8',
      'mlp.1.bias 8',
    ]);
    expect(shapes(specOf('mlp', { numLayers: 3, encoderHidden: 5 }), [SENTIMENT])).toEqual([
      'embedding 6×8',
      'mlp.0.weight 5×8',
      'mlp.0.bias 5',
      'mlp.1.weight 5×5',
      'mlp.1.bias 5',
      'mlp.2.weight 8×5',
      'mlp.2.bias 8',
    ]);
    expect(shapes(specOf('tpmlp'), [SENTIMENT])[1]).toBe('mlp.0.weight 2048×8');
    expect(shapes(specOf('embedding'), [SENTIMENT, INTENT])).toEqual([
      'embedding.sentiment 6×8',
      'embedding.intent-and-slots 4×8',
    ]);
  });

  it('follow the distributions of the systems they come from', () => {
    const big = { hidden: 256 };
    const task = { taskname: 't', virtualTokens: 64, nameEmbeddings: new Float32Array(0) };
    const lstm = fresh(specOf('lstm', big), [task]);
    expect(deviation(lstm.get('embedding')!.data)).toBeCloseTo(1, 1);
    // Uniform in ±1/√128: deviation bound / √3.
    expect(largest(lstm.get('lstm.0.r')!.data)).toBeLessThanOrEqual(1 / Math.sqrt(128));
    expect(deviation(lstm.get('lstm.0.r')!.data) * Math.sqrt(128 * 3)).toBeCloseTo(1, 1);
    expect(deviation(lstm.get('mlp.0.weight')!.data) * Math.sqrt(256 * 3)).toBeCloseTo(1, 1);
    const tpmlp = fresh(specOf('tpmlp', big), [task]);
    expect(deviation(tpmlp.get('mlp.0.weight')!.data) / 0.023).toBeCloseTo(1, 1);
    expect(largest(tpmlp.get('mlp.0.bias')!.data)).toBe(0);
    const embedding = fresh(specOf('embedding', big), [task]);
    expect(deviation(embedding.get('embedding.t')!.data) / Math.sqrt(2 / (64 + 256))).toBeCloseTo(1, 1);
  });
});

describe('rows of one’s own', () => {
  const initial = rows(6, 20);
  const given: EncoderTask = { ...SENTIMENT, initial };

  it.each(['embedding', 'residual'] as const)('%s starts from the rows it is given', async (type) => {
    const spec = specOf(type);
    const encoder = await create(spec, [given, INTENT]);
    const parameters = fresh(spec, [given, INTENT]);
    expect((await encoder.encode(parameters)).get('sentiment')).toEqual(initial);
    parameters.get('embedding.sentiment')!.data.fill(0);
    expect(largest(initial), 'the given rows stay as they are').toBeGreaterThan(0);
  });

  it('the bottleneck of residual is never wider than the backbone', () => {
    const width = (changes: Partial<EncoderSpec>) =>
      fresh(specOf('residual', changes), [{ ...INTENT, nameEmbeddings: new Float32Array(0) }]).get('mlp.0.bias')!
        .shape[0];
    expect(width({})).toBe(8);
    expect(width({ hidden: 512 })).toBe(128);
    expect(width({ hidden: 512, encoderHidden: 700 })).toBe(512);
    expect(width({ encoderHidden: 3 })).toBe(3);
  });

  it('a gradient of one task reaches no row of another', async () => {
    const spec = specOf('embedding');
    const encoder = await create(spec, [SENTIMENT, INTENT]);
    const gradient = rows(6, 21);
    const found = await encoder.gradients(fresh(spec, [SENTIMENT, INTENT]), new Map([['sentiment', gradient]]));
    expect(found.get('embedding.sentiment')).toEqual(gradient);
    expect(largest(found.get('embedding.intent-and-slots')!)).toBe(0);
  });
});

describe('dropout', () => {
  const spec = specOf('lstm', { dropout: 0.25, numLayers: 3 });

  it('keeps three values of four, and scales them up', async () => {
    const encoder = await create(spec, [SENTIMENT, INTENT]);
    const masks = encoder.sampleDropout(Random.fromSeed(1));
    // Between three layers two masks a task.
    expect(masks.size).toBe(4);
    const values = [...masks.values()].flatMap((mask) => [...mask]);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(values.filter((value) => value === 0).length / values.length).toBeCloseTo(0.25, 0.9);
  });

  it('drops what the mask says, in the prompt and in its gradient', async () => {
    const encoder = await create(spec, [SENTIMENT]);
    const parameters = fresh(spec, [SENTIMENT]);
    const none = new Map([...encoder.sampleDropout(Random.fromSeed(1))].map(([name, mask]) => [name, mask.fill(0)]));
    const gradients = await encoder.gradients(parameters, new Map([['sentiment', rows(6, 3)]]), none);
    expect(largest(gradients.get('lstm.0.w')!)).toBe(0);
    expect(largest(gradients.get('lstm.1.w')!)).toBe(0);
    expect(largest(gradients.get('lstm.2.b')!)).toBeGreaterThan(0);
    expect(await encoder.encode(parameters, none)).not.toEqual(await encoder.encode(parameters));
  });

  it('is not there where it is 0 or nothing is asked for', async () => {
    const without = await create({ ...spec, dropout: 0 }, [SENTIMENT]);
    expect(without.sampleDropout(Random.fromSeed(1)).size).toBe(0);
    const encoder = await create(spec, [SENTIMENT]);
    const parameters = fresh(spec, [SENTIMENT]);
    expect(await encoder.encode(parameters)).toEqual(await without.encode(parameters));
  });
});

describe('what cannot be encoded is refused', () => {
  const task = SENTIMENT;
  it.each([
    ['no layer', specOf('lstm', { numLayers: 0 }), [task], 'lstm encoder needs 1 or more layers, not 0'],
    ['an MLP of one layer', specOf('mlp', { numLayers: 1 }), [task], 'mlp encoder needs 2 or more layers, not 1'],
    ['half a unit', specOf('mlp', { encoderHidden: 0.5 }), [task], 'width of an encoder'],
    ['dropping everything', specOf('lstm', { dropout: 1 }), [task], 'dropout is at least 0 and below 1'],
    ['no task', specOf('lstm'), [], 'no task'],
    ['two tasks of one name', specOf('lstm'), [task, task], 'one name'],
    ['no virtual token', specOf('lstm'), [{ ...task, virtualTokens: 0 }], 'task sentiment has 0 virtual tokens'],
    ['a name of another width', specOf('lstm', { hidden: 5 }), [task], 'not rows of 5'],
    ['too few rows', specOf('embedding'), [{ ...task, initial: rows(5, 1) }], 'not 6 rows of 8'],
  ] as const)('%s', (_, spec, tasks, message) => {
    expect(() => initialParameters(spec, tasks, Random.fromSeed(1))).toThrow(message);
  });

  it('parameters of another encoder', async () => {
    const encoder = await create(specOf('lstm'), [SENTIMENT]);
    await expect(encoder.encode(fresh(specOf('mlp'), [SENTIMENT]))).rejects.toThrow(
      'no parameter lstm.0.w of shape [2,16,8]',
    );
  });

  it('a gradient of another size', async () => {
    const encoder = await create(specOf('embedding'), [SENTIMENT]);
    const gradient = new Map([['sentiment', rows(5, 1)]]);
    await expect(encoder.gradients(fresh(specOf('embedding'), [SENTIMENT]), gradient)).rejects.toThrow(
      'not 6 rows of 8',
    );
  });
});
