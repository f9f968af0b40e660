import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Attribute, Dim, ElementType, Graph, InitializerData, Value } from './graph.ts';

/** The newest pair that every execution provider of ONNX Runtime 1.29 takes in full. */
const IR_VERSION = 10n;
const OPSET = 20n;

const DATA_TYPE: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  int8: TensorProto_DataType.INT8,
  uint8: TensorProto_DataType.UINT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

export interface SerializeOptions {
  /**
   * Says the sizes of all values by name, not of inputs and outputs alone. The runtime looks for memory to use again by comparing each
   * value's shape with those of all that are done with: where it finds out few names itself, hardly one of them is ever taken, and
   * loading takes the square of a deep model's layers.
   */
  readonly named?: boolean;
}

/** The bytes of an ONNX model holding `graph`. */
export function serializeModel(graph: Graph, options: SerializeOptions = {}): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'ptask',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: OPSET }),
      create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
    ],
    graph: { ...graphProto(graph, 'ptask'), valueInfo: options.named ? innerValues(graph) : [] },
  });
  return toBinary(ModelProtoSchema, model);
}

function graphProto(graph: Graph, name: string): GraphProto {
  return create(GraphProtoSchema, {
    name,
    input: graph.inputs.map((value) => valueInfo(value)),
    output: graph.outputs.map((value) => valueInfo(value)),
    initializer: [...graph.initializers].map(([value, data]) => tensorProto(value, data)),
    node: graph.nodes.map((node) =>
      create(NodeProtoSchema, {
        opType: node.opType,
        domain: node.domain,
        // The first output's name is unique, which makes it a good node name in profiles and messages.
        name: node.outputs[0]?.name ?? '',
        input: node.inputs.map((value) => value?.name ?? ''),
        output: node.outputs.map((value) => value?.name ?? ''),
        attribute: Object.entries(node.attributes).map(([key, value]) => attributeProto(key, value)),
      }),
    ),
  });
}

function innerValues(graph: Graph): ValueInfoProto[] {
  // Names that mean one size wherever they stand.
  const names = new Set(graph.inputs.flatMap(({ shape }) => shape));
  const isKnown = (dim: Dim) =>
    typeof dim === 'number' || dim.split(/[+*]/).every((word) => names.has(word) || /^\d+$/.test(word));
  const outputs = new Set(graph.outputs);
  return graph.nodes
    .flatMap((node) => node.outputs)
    .filter((value) => value !== undefined && !outputs.has(value))
    .map((value) => valueInfo(value!, isKnown));
}

function valueInfo(value: Value, isKnown: (dim: Dim) => boolean = () => true): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name: value.name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: DATA_TYPE[value.type],
          shape: create(TensorShapeProtoSchema, { dim: value.shape.map((dim) => dimension(dim, isKnown(dim))) }),
        }),
      },
    }),
  });
}

function dimension(dim: Dim, isKnown: boolean) {
  if (!isKnown) return create(TensorShapeProto_DimensionSchema);
  return create(TensorShapeProto_DimensionSchema, {
    value: typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  });
}

function tensorProto(value: Value, data: InitializerData): TensorProto {
  const tensor = create(TensorProtoSchema, {
    name: value.name,
    dataType: DATA_TYPE[value.type],
    dims: value.shape.map((dim) => BigInt(dim)),
  });
  if (ArrayBuffer.isView(data)) {
    tensor.rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  } else {
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.externalData = Object.entries(data).map(([key, entry]) =>
      create(StringStringEntryProtoSchema, { key, value: String(entry) }),
    );
  }
  return tensor;
}

/** Integers stand for INT, lists of integers for INTS; a float is marked as such, since `1` could be either. */
function attributeProto(name: string, value: Attribute): AttributeProto {
  const attribute = create(AttributeProtoSchema, { name });
  if (typeof value === 'number') {
    attribute.type = AttributeProto_AttributeType.INT;
    attribute.i = BigInt(value);
  } else if (typeof value === 'string') {
    attribute.type = AttributeProto_AttributeType.STRING;
    attribute.s = new TextEncoder().encode(value);
  } else if ('float' in value) {
    attribute.type = AttributeProto_AttributeType.FLOAT;
    attribute.f = value.float;
  } else if ('graph' in value) {
    attribute.type = AttributeProto_AttributeType.GRAPH;
    attribute.g = graphProto(value.graph, name);
  } else {
    attribute.type = AttributeProto_AttributeType.INTS;
    attribute.ints = value.map(BigInt);
  }
  return attribute;
}
