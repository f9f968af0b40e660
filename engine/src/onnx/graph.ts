/** A dimension: a fixed size, or the name of a size that is known when the graph runs. */
export type Dim = number | string;

export type ElementType = 'float32' | 'float16' | 'bfloat16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool';

/** One tensor of a graph: an input, an initialiser or the output of a node. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dim[];
}

export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly graph: Graph };

export interface Node {
  readonly opType: string;
  /** '' is ONNX's own domain; 'com.microsoft' holds ONNX Runtime's operators. */
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Where the bytes of an external initialiser lie. `location` is relative to the folder that the session is given. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export type InitializerData = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | ExternalData;

export interface OutputSpec {
  readonly type: ElementType;
  readonly shape: readonly Dim[];
}

export interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * An ONNX graph under construction. Nodes are appended in an order in which they can run, as ONNX requires.
 * A subgraph (the body of `Scan`) has a parent, whose values it may read.
 */
export class Graph {
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly initializers = new Map<Value, InitializerData>();
  readonly parent: Graph | undefined;
  private readonly constants = new Map<string, Value>();
  private readonly names: { next: number };

  constructor(parent?: Graph) {
    this.parent = parent;
    this.names = parent ? parent.names : { next: 0 };
  }

  /** The body of a control-flow node; its names do not clash with this graph's. */
  subgraph(): Graph {
    return new Graph(this);
  }

  input(name: string, type: ElementType, shape: readonly Dim[]): Value {
    const value: Value = { graph: this, name, type, shape };
    this.inputs.push(value);
    return value;
  }

  /** Names `value` as an output of the graph; an `Identity` carries the name, so that no inner value is renamed. */
  output(name: string, value: Value): void {
    const named: Value = { graph: this, name, type: value.type, shape: value.shape };
    this.nodes.push({ opType: 'Identity', domain: '', inputs: [value], outputs: [named], attributes: {} });
    this.outputs.push(named);
  }

  initializer(name: string, type: ElementType, shape: readonly number[], data: InitializerData): Value {
    const value: Value = { graph: this, name, type, shape };
    this.initializers.set(value, data);
    return value;
  }

  /** A float32 constant; equal constants are stored once. */
  float(values: number | readonly number[], shape?: readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    const dims = shape ?? (typeof values === 'number' ? [] : [values.length]);
    return this.constant(`f${dims}:${list}`, 'float32', dims, () => Float32Array.from(list));
  }

  /** An int64 constant; equal constants are stored once. */
  int(values: number | readonly number[]): Value {
    const [list, dims] = typeof values === 'number' ? [[values], []] : [values, [values.length]];
    return this.constant(`i${dims}:${list}`, 'int64', dims, () => BigInt64Array.from(list.map(BigInt)));
  }

  /** An int32 constant; equal constants are stored once. */
  int32(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.constant(`j${shape}:${values}`, 'int32', shape, () => Int32Array.from(values));
  }

  /** An int8 constant; equal constants are stored once. */
  int8(values: readonly number[]): Value {
    return this.constant(`b:${values}`, 'int8', [values.length], () => Int8Array.from(values));
  }

  /** A uint8 constant, a scalar; equal constants are stored once. */
  uint8(value: number): Value {
    return this.constant(`u:${value}`, 'uint8', [], () => Uint8Array.of(value));
  }

  private constant(key: string, type: ElementType, shape: readonly number[], data: () => InitializerData): Value {
    let value = this.constants.get(key);
    if (!value) {
      value = this.initializer(this.uniqueName('constant'), type, shape, data());
      this.constants.set(key, value);
    }
    return value;
  }

  node(
    opType: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputSpec[],
    options?: NodeOptions,
  ): Value[] {
    for (const input of inputs) {
      if (input && !this.sees(input.graph)) throw new Error(`${opType}: input ${input.name} belongs to another graph`);
    }
    const values = outputs.map(
      (spec): Value => ({ graph: this, name: this.uniqueName(opType), type: spec.type, shape: spec.shape }),
    );
    this.nodes.push({
      opType,
      domain: options?.domain ?? '',
      inputs,
      outputs: values,
      attributes: options?.attributes ?? {},
    });
    return values;
  }

  uniqueName(prefix: string): string {
    return `${prefix}_${this.names.next++}`;
  }

  private sees(graph: Graph): boolean {
    return graph === this || (this.parent?.sees(graph) ?? false);
  }
}
