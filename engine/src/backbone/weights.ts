import path from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { DTYPE_BYTES } from '../../../model/src/dtypes.ts';
import type { WeightRef } from '../../../model/src/folder/stored-weights.ts';
import type { ModelFolder } from '../../../model/src/model-folder.ts';
import { InputError } from '../errors.ts';
import type { ElementType, Graph, Value } from '../onnx/graph.ts';
import { cast } from '../onnx/operators.ts';

const ELEMENT_TYPE = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const satisfies Record<
  string,
  ElementType
>;

/** Where an architecture takes its weights from. */
export interface Weights {
  has(name: string): boolean;
  /** As a float32 value of `graph`. */
  get(graph: Graph, name: string): Value;
  /** Rows [from, to) of a matrix [rows, width], likewise. */
  rows(graph: Graph, name: string, from: number, to: number): Value;
}

/**
 * The frozen weights of a model folder as initialisers of graphs. A graph names a weight by file and offset; its bytes
 * are read by the runtime alone. Weights stored in half precision are cast to float32, when the session is made or where
 * they are used (`unpackAtUse`).
 */
export class FrozenWeights implements Weights {
  /** The folder that a session must be given: the nearest one that holds every weight file, links resolved. */
  readonly folder: string;
  private readonly used = new WeakMap<Graph, Map<string, Value>>();
  private readonly model: ModelFolder;

  constructor(model: ModelFolder) {
    this.model = model;
    this.folder = commonFolder([...model.weights.values()].map((weight) => weight.file));
  }

  has(name: string): boolean {
    return this.model.weights.has(name);
  }

  /** The weight as a float32 value of `graph`. `model.weights` is complete, so an unknown name is a defect here. */
  get(graph: Graph, name: string): Value {
    return this.place(graph, name, this.ref(name));
  }

  /** Rows [from, to) of a matrix [rows, width], as a weight of their own in the same place of the file: float32. */
  rows(graph: Graph, name: string, from: number, to: number): Value {
    const weight = this.ref(name);
    const [, width] = weight.shape as [number, number];
    const row = width * DTYPE_BYTES[weight.dtype];
    const part = { offset: weight.offset + from * row, length: (to - from) * row, shape: [to - from, width] };
    return this.place(graph, `${name}.${from}-${to}`, { ...weight, ...part });
  }

  private ref(name: string): WeightRef {
    const weight = this.model.weights.get(name);
    if (!weight) throw new Error(`the model folder has no weight ${name}`);
    return weight;
  }

  private place(graph: Graph, name: string, weight: WeightRef): Value {
    const known = this.used.get(graph) ?? new Map<string, Value>();
    this.used.set(graph, known);
    let value = known.get(name);
    if (!value) {
      const stored = graph.initializer(name, ELEMENT_TYPE[weight.dtype], weight.shape, {
        location: path.relative(this.folder, weight.file).split(path.sep).join('/'),
        offset: weight.offset,
        length: weight.length,
      });
      value = cast(stored, 'float32');
      known.set(name, value);
    }
    return value;
  }
}

/**
 * The nearest folder that holds all of some files.
 * @param paths how the system writes paths
 * @throws InputError where there is none, as for files on two drives of Windows
 */
export function commonFolder(files: readonly string[], paths: path.PlatformPath = path): string {
  const holds = (folder: string, file: string) => {
    const way = paths.relative(folder, file);
    // To another drive there is none.
    return way.split(paths.sep)[0] !== '..' && !paths.isAbsolute(way);
  };
  for (let folder = paths.dirname(files[0]!); ; folder = paths.dirname(folder)) {
    const stray = files.find((file) => !holds(folder, file));
    if (stray === undefined) return folder;
    if (folder === paths.dirname(folder))
      throw new InputError(t("the model's weights lie on two drives; put them on one: {0}, {1}", files[0]!, stray));
  }
}

export type StoredWeights = Pick<ModelFolder, 'weights'>;

/** Bytes that a model's weights have in its files. */
export function storedBytes({ weights }: StoredWeights): number {
  return [...weights.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Bytes that a model's weights would have in float32; how they are stored does not matter. */
export function float32Bytes({ weights }: StoredWeights): number {
  let bytes = 0;
  for (const { shape } of weights.values()) bytes += shape.reduce((product, size) => product * size, 4);
  return bytes;
}
