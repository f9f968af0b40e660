import { t } from '../../../l10n/src/words.ts';
import { Graph } from '../onnx/graph.ts';
import { matMul } from '../onnx/operators.ts';
import { serializeModel } from '../onnx/serialize.ts';
import { env, InferenceSession, listSupportedBackends, Tensor } from './onnxruntime.ts';

/** Execution providers that the installed runtime knows, by its own names; `bundled` where no library has to be added. */
export function installedProviders(): readonly { readonly name: string; readonly bundled: boolean }[] {
  return listSupportedBackends();
}

/** The version of ONNX Runtime. */
export function runtimeVersion(): string {
  return env.versions.node ?? env.versions.common;
}

/** Of the product that is tried: large enough that no provider leaves it out. */
const SIZE = 16;

/**
 * Computes a product on a provider, and on nothing else. It may end the process, where a driver does.
 * @throws Error of the runtime that says why it cannot, or of ours where the numbers are wrong
 */
export async function tryProvider(name: string): Promise<void> {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [SIZE, SIZE]);
  const b = graph.input('b', 'float32', [SIZE, SIZE]);
  graph.output('product', matMul(a, b));
  const session = await InferenceSession.create(serializeModel(graph), {
    executionProviders: [name],
    // DirectML asks for both.
    enableMemPattern: false,
    executionMode: 'sequential',
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: name === 'cpu' ? '0' : '1' } },
  });
  const left = Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 7) - 3);
  const right = Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 5) - 2);
  const dims = [SIZE, SIZE];
  const { product } = await session.run({
    a: new Tensor('float32', left, dims),
    b: new Tensor('float32', right, dims),
  });
  const found = (await product!.getData()) as Float32Array;
  await session.release();
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      let sum = 0;
      for (let k = 0; k < SIZE; k++) sum += left[row * SIZE + k]! * right[k * SIZE + column]!;
      // Whole numbers this small are exact, whatever precision is used inside.
      if (found[row * SIZE + column] !== sum) throw new Error(t('it computes wrong numbers'));
    }
  }
}
