import { statSync } from 'node:fs';
import path from 'node:path';
import { fixedBytes } from '../onnx/element-bytes.ts';
import type { FrozenValue } from '../onnx/frozen-part.ts';
import { Graph } from '../onnx/graph.ts';
import { serializeModel } from '../onnx/serialize.ts';
import { InferenceSession, type Tensor } from './onnxruntime.ts';
import { type Provider, TRAITS } from './providers.ts';

/*
 * A device has a memory of its own, into which a session copies its weights. Several sessions over one backbone (a step, a
 * loss, predictions) would each have a copy, so they are given them: they are loaded once, and go with the last session.
 * On the CPU it is so with what is made of weights, such as integers.
 */

/**
 * Weights that are loaded at a time: on a device they may be there twice meanwhile. On the CPU there is also what they are made
 * of, which is more than they are.
 */
const ON_DEVICE_AT_A_TIME = 256 * 2 ** 20;
const ON_CPU_AT_A_TIME = 64 * 2 ** 20;

/** Some weights, and the session that has loaded them where their memory is its: it lives as long as they do. */
interface Loaded {
  readonly session: InferenceSession | undefined;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly bytes: number;
  /** Sessions that have a part in them. */
  users: number;
}

/** By the keys of the weights. */
const held = new Map<string, Loaded>();

/** The call before the next one. */
let last: Promise<unknown> = Promise.resolve();

/** What of all weights is held now. */
export function weightsHeld(): { readonly tensors: number; readonly bytes: number } {
  return { tensors: held.size, bytes: [...new Set(held.values())].reduce((sum, { bytes }) => sum + bytes, 0) };
}

export interface HoldingOptions {
  readonly provider: Provider;
  /** Processors that loading takes at most; all of them where it is left out. */
  readonly threads?: number | undefined;
}

/** Weights that a session has a part in. */
export interface HeldWeights {
  /** By the session's inputs. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** To be called before the session is released. */
  release(): Promise<void>;
}

/**
 * Puts weights on a device, those that another session has put there left out. A session on that device must be there, but
 * for the CPU.
 * @param folder the real folder that their locations are relative to
 */
export function holdWeights(
  values: readonly FrozenValue[],
  folder: string,
  options: HoldingOptions,
): Promise<HeldWeights> {
  // One after the other: sessions that are made at the same time would each load what the others are loading.
  const result = last.then(() => hold(values, folder, options));
  last = result.catch(() => undefined);
  return result;
}

async function hold(values: readonly FrozenValue[], folder: string, options: HoldingOptions): Promise<HeldWeights> {
  const { provider } = options;
  const stamps = new Map(values.flatMap(({ locations }) => locations).map((file) => [file, stamp(folder, file)]));
  const keyOf = ({ key, locations }: FrozenValue) =>
    [provider, folder, ...locations.map((file) => stamps.get(file)), key].join('\n');
  const mine = new Set<Loaded>();
  const feeds: Record<string, Tensor> = {};
  const release = async () => {
    for (const loaded of mine) if (--loaded.users === 0) await unload(loaded);
    mine.clear();
  };
  /** Whether it is there. */
  const take = (value: FrozenValue): boolean => {
    const loaded = held.get(keyOf(value));
    if (!loaded) return false;
    if (!mine.has(loaded)) loaded.users++;
    mine.add(loaded);
    feeds[value.input.name] = loaded.tensors.get(keyOf(value))!;
    return true;
  };
  try {
    // First, so that none of them goes while the others are loaded.
    const missing = values.filter((value) => !take(value));
    for (const part of parts(missing, TRAITS[provider].holdsTensors ? ON_DEVICE_AT_A_TIME : ON_CPU_AT_A_TIME)) {
      await load(new Map(part.map((value) => [keyOf(value), value])), folder, options);
      part.forEach(take);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { feeds, release };
}

/** Changes when a file is replaced, whose weights are others under the same name. */
function stamp(folder: string, location: string): string {
  const { size, mtimeMs, ino } = statSync(path.join(folder, location));
  return `${location} ${size} ${mtimeMs} ${ino}`;
}

function* parts(values: readonly FrozenValue[], most: number): Generator<FrozenValue[]> {
  let part: FrozenValue[] = [];
  for (const value of values) {
    if (part.length > 0 && bytesOf([...part, value]) > most) {
      yield part;
      part = [];
    }
    part.push(value);
  }
  if (part.length > 0) yield part;
}

async function load(
  values: ReadonlyMap<string, FrozenValue>,
  folder: string,
  { provider, threads }: HoldingOptions,
): Promise<void> {
  const graph = new Graph();
  const keys = [...values.keys()];
  for (const [i, key] of keys.entries()) graph.output(`held_${i}`, values.get(key)!.copyTo(graph));
  const own = TRAITS[provider].holdsTensors;
  const session = await InferenceSession.create(serializeModel(graph), {
    executionProviders: [provider],
    preferredOutputLocation: own ? 'gpu-buffer' : 'cpu',
    // Folded, constants would be computed on one thread, and all that lies between would stay.
    ...(own ? {} : { graphOptimizationLevel: 'disabled' }),
    logSeverityLevel: 3,
    ...(threads ? { intraOpNumThreads: threads } : {}),
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  const outputs = await session.run({}).catch(async (error: unknown) => {
    // Where memory ran out, it is wanted for another try.
    await session.release();
    throw error;
  });
  const tensors = new Map(keys.map((key, i) => [key, outputs[`held_${i}`]!]));
  // Results on the CPU are JavaScript's own.
  if (!own) await session.release();
  const loaded: Loaded = {
    session: own ? session : undefined,
    tensors,
    bytes: bytesOf([...values.values()]),
    users: 0,
  };
  for (const key of keys) held.set(key, loaded);
}

async function unload(loaded: Loaded): Promise<void> {
  for (const [key, tensor] of loaded.tensors) {
    held.delete(key);
    tensor.dispose();
  }
  await loaded.session?.release();
}

function bytesOf(values: readonly FrozenValue[]): number {
  return values.reduce((sum, { input }) => sum + fixedBytes(input), 0);
}
