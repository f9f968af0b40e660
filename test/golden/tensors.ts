import { readFileSync } from 'node:fs';
import { parseSafetensors } from '../../model/src/safetensors.ts';

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a float32 safetensors file. */
export function readTensors(file: string): Map<string, GoldenTensor> {
  const bytes = new Uint8Array(readFileSync(file));
  const parsed = parseSafetensors(bytes);
  if (parsed.kind !== 'ok') throw new Error(`${file}: ${parsed.problem.message}`);
  return new Map(
    [...parsed.header.tensors].map(([name, { dtype, shape, begin, end }]) => {
      if (dtype !== 'F32') throw new Error(`${file}: ${name} is ${dtype}`);
      return [name, { shape, data: new Float32Array(bytes.slice(begin, end).buffer) }];
    }),
  );
}
