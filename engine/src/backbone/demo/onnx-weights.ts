import { readFile } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type TensorProto, TensorProto_DataType } from 'onnx-buf';
import { t } from '../../../../l10n/src/words.ts';

import { decodeFloats } from '../../../../model/src/dtypes.ts';

export interface Matrix {
  readonly shape: readonly number[];
  /** Makes the float32 elements, row-major. Not kept, so that one weight at a time is in memory. */
  load(): Float32Array;
}

/** The weights of an ONNX file that was quantised by ONNX Runtime's dynamic quantisation. */
export interface OnnxWeights {
  /** An initialiser by its name in PyTorch; the file adds `_merged_0` and, where it is quantised, `_quantized`. */
  named(name: string): Matrix;
  /** The second operand, [in, out], of the matrix product of a node: `/model/decoder/layers.0/fc1`. */
  operand(node: string): Matrix;
}

/** An ONNX file that is not what was expected. */
export class OnnxWeightsError extends Error {
  override readonly name = 'OnnxWeightsError';
}

/**
 * Reads the initialisers of a merged decoder (both branches of its `If` share them).
 * @throws OnnxWeightsError when the file is not ONNX; the reading functions throw it for a weight that is not there
 */
export async function readOnnxWeights(path: string): Promise<OnnxWeights> {
  const fail = (what: string): never => {
    throw new OnnxWeightsError(`${path}: ${what}`);
  };
  const bytes = await readFile(path);
  const graph = (() => {
    try {
      return fromBinary(ModelProtoSchema, bytes).graph;
    } catch (error) {
      return fail(t('not an ONNX file ({0})', (error as Error).message));
    }
  })();
  const tensors = new Map(graph?.initializer.map((tensor) => [tensor.name, tensor]));
  const operands = new Map<string, string>();
  for (const top of graph?.node ?? [])
    for (const branch of top.attribute)
      if (branch.name === 'else_branch')
        for (const node of branch.g?.node ?? [])
          if (node.opType === 'MatMulInteger') operands.set(node.name, node.input[1] ?? '');

  const plain = (tensor: TensorProto): Matrix => ({
    shape: tensor.dims.map(Number),
    load: () => decodeFloats(tensor.rawData, 'F32'),
  });
  const quantised = (name: string): Matrix => {
    const values = tensors.get(`${name}_quantized`);
    const scale = tensors.get(`${name}_scale`)?.floatData;
    const zero = tensors.get(`${name}_zero_point`)?.int32Data;
    if (values?.rawData.length === 0 || scale?.length !== 1 || zero?.length !== 1)
      return fail(t("'{0}' is not quantised as a whole tensor to eight bits", name));
    return {
      shape: values!.dims.map(Number),
      load: () => dequantise(values!.rawData, values!.dataType === TensorProto_DataType.INT8, scale[0]!, zero[0]!),
    };
  };
  return {
    named(name) {
      const tensor = tensors.get(`${name}_merged_0`);
      if (tensor?.dataType === TensorProto_DataType.FLOAT) return plain(tensor);
      return tensors.has(`${name}_merged_0_quantized`)
        ? quantised(`${name}_merged_0`)
        : fail(t("no weight '{0}'", name));
    },
    operand(node) {
      const input = operands.get(`${node}/MatMul_quant`);
      if (!input?.endsWith('_quantized')) return fail(t("no matrix product '{0}'", node));
      return quantised(input.slice(0, -'_quantized'.length));
    },
  };
}

/** (q − zero point) · scale, as ONNX's DequantizeLinear. */
function dequantise(bytes: Uint8Array, signed: boolean, scale: number, zeroPoint: number): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, q) => ((signed && q > 127 ? q - 256 : q) - zeroPoint) * scale);
  const out = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i]!]!;
  return out;
}
