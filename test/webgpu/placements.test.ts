import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packBatch } from '../../engine/src/data/packed-batch.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { openGolden } from '../golden/backbone-checks.ts';
import { goldenBackbones, rowWithVirtualTokens } from '../golden/golden.ts';
import { temporaryFolder } from '../unit/engine/temporary-folder.ts';

/** One record of ONNX Runtime's profile. */
interface ProfileEvent {
  readonly cat?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** Sizes of shapes are put together on the CPU, where they are used; they hold a few numbers and wait for nothing. */
const ON_THE_CPU = ['Concat'];

const folder = temporaryFolder();

// Compiled shaders go with the last session, and take most of the time here.
const kept: Session[] = [];
afterAll(async () => {
  for (const session of kept) await session.release();
});

/** One of each graph function, with all that it can have. */
const NAMES = [
  'gpt2',
  'llama',
  'phi3-long',
  'gemma2',
  'gemma3_text',
  'cohere',
  'apertus',
  'olmo2-tied',
  'gptj',
  'gpt_neox',
  'opt-post-norm',
  'bloom',
  'xglm-untied',
];

it.each(NAMES)('a step of %s never leaves the device', async (name) => {
  const { dir, golden } = goldenBackbones().find((found) => found.name === name)!;
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const [goldenCase] = golden.cases;
  const rows = golden.lengths.map((_, n) => {
    const ids = rowWithVirtualTokens(golden, goldenCase!, n);
    return { ids, firstTarget: ids.length - goldenCase!.answer };
  });
  const { graph, inverses, windows, asksPlaces } = buildStepGraph(backbone.architecture, 'prefix');
  const session = await Session.create(graph, {
    provider: 'webgpu',
    weightsFolder: backbone.weightsFolder,
    profilePrefix: path.join(folder, name),
  });
  const virtualTokens = golden.virtual.length;
  const long = backbone.longRowsOver === undefined ? {} : { long: false };
  await session.run({
    ...packBatch(rows, { virtualTokens, places: 'prefix', inverses, windows, asksPlaces, weight: 1, ...long }),
    virtual: {
      type: 'float32',
      dims: [virtualTokens, backbone.model.config.hidden],
      data: Float32Array.from(golden.virtual.flat()),
    },
  });
  session.endProfiling();
  kept.push(session);

  const profile = readdirSync(folder).find((file) => file.startsWith(`${name}_`))!;
  const events: ProfileEvent[] = JSON.parse(readFileSync(path.join(folder, profile), 'utf8'));
  const nodes = events.flatMap(({ cat, args }) => (cat === 'Node' && args?.provider ? [args] : []));
  const operators = (provider: string) => [
    ...new Set(nodes.filter((node) => node.provider === provider).map((node) => node.op_name)),
  ];
  expect(operators('CPUExecutionProvider')).toEqual(ON_THE_CPU);
  expect(operators('WebGpuExecutionProvider')).toEqual(expect.arrayContaining(['Gemm', 'MatMul', 'Softmax']));
  // A copy to the other side and back, which waits until everything before it is done.
  expect(operators('WebGpuExecutionProvider').filter((operator) => operator?.startsWith('Memcpy'))).toEqual([]);
});
