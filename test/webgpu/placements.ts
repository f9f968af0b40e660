import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Backbone } from '../../engine/src/backbone/backbone.ts';
import { packBatch } from '../../engine/src/data/packed-batch.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { type BackboneGolden, rowWithVirtualTokens } from '../golden/golden.ts';

/** One record of ONNX Runtime's profile. */
interface ProfileEvent {
  readonly cat?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** Sizes of shapes are put together on the CPU, where they are used; they hold a few numbers and wait for nothing. */
const ON_THE_CPU = ['Concat'];

/**
 * Takes a step whose operators the runtime lists, all of which are to be the device's.
 * @param folder of the list
 * @returns the session, to be released
 */
export async function checkPlacements(backbone: Backbone, golden: BackboneGolden, folder: string): Promise<Session> {
  const [goldenCase] = golden.cases;
  const rows = golden.lengths.map((_, n) => {
    const ids = rowWithVirtualTokens(golden, goldenCase!, n);
    return { ids, firstTarget: ids.length - goldenCase!.answer };
  });
  const { graph, inverses, windows, asksPlaces } = buildStepGraph(backbone.architecture, 'prefix');
  const session = await Session.create(graph, {
    provider: 'webgpu',
    weightsFolder: backbone.weightsFolder,
    profilePrefix: path.join(folder, 'profile'),
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

  const profile = readdirSync(folder).find((file) => file.startsWith('profile_'))!;
  const events: ProfileEvent[] = JSON.parse(readFileSync(path.join(folder, profile), 'utf8'));
  const nodes = events.flatMap(({ cat, args }) => (cat === 'Node' && args?.provider ? [args] : []));
  const operators = (provider: string) => [
    ...new Set(nodes.filter((node) => node.provider === provider).map((node) => node.op_name)),
  ];
  expect(operators('CPUExecutionProvider')).toEqual(ON_THE_CPU);
  expect(operators('WebGpuExecutionProvider')).toEqual(expect.arrayContaining(['Gemm', 'MatMul', 'Softmax']));
  // A copy to the other side and back, which waits until everything before it is done.
  expect(operators('WebGpuExecutionProvider').filter((operator) => operator?.startsWith('Memcpy'))).toEqual([]);
  return session;
}
