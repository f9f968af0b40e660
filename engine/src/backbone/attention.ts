/**
 * Attention over token rows that share a common prefix. The prefix is one row, computed once; every other row attends
 * to the prefix's keys and values and to its own. Outside attention all tokens, prefix first, stand in one packed
 * matrix [tokens, hidden] without padding; here they are laid out by head, [heads, rows, slots, head size], so that the
 * products with the prefix are one large matrix product per head.
 */
import { mergeRows, partitionRows } from '../autodiff/rows.ts';
import type { Dim, Graph, Value } from '../onnx/graph.ts';
import {
  add,
  concat,
  fusedMatMul,
  matMul,
  mul,
  mulScalar,
  reshape,
  shapeOf,
  softmax,
  split,
  tanh,
} from '../onnx/operators.ts';
import { sum } from '../vectors.ts';

/** How many keys a row sees besides its own, and where they come from. */
export interface AttentionMode {
  /** `computed`: the prefix's tokens stand in front of the packed tokens. `cached`: its keys and values are inputs. */
  readonly prefix: 'computed' | 'cached';
  /**
   * Whether each row also has keys and values of earlier tokens of its own, as inputs, and gives out those for its next run: `all`
   * of them, or only the `new` ones, for who puts them behind the others himself.
   */
  readonly past?: 'all' | 'new';
}

/** What a projection of tokens holds: head groups side by side, [tokens, Σ heads · head size]. */
export interface Projection {
  readonly value: Value;
  readonly groups: readonly HeadGroup[];
}

export interface HeadGroup {
  readonly role: 'query' | 'key' | 'value';
  readonly heads: number;
}

/** Which packed matrix a projection was made of: all tokens, or only those whose logits are asked for. */
export type TokenSet = 'tokens' | 'queries';

/** An input that takes rows by head back to the packed order; the batch packer computes it from this description. */
export interface InverseInput {
  readonly name: string;
  readonly set: TokenSet;
  readonly groups: readonly number[];
}

/** The masks that `PrefixAttention` and the prefix graph have as inputs. */
export type MaskName = 'mask' | 'query_mask' | 'prefix_mask';

/** The input that is `name` for layers in which a token sees `window` tokens; see `windowMaskFeeds`. */
export function windowMaskName(name: MaskName, window: number): string {
  return `${name}_window_${window}`;
}

/** How a backbone turns queries and keys into scores. */
export interface Scoring {
  /** The factor on queries · keys, 1 / √(head size) as a rule; of each layer, where they differ. */
  readonly attentionScale: number | readonly number[];
  /** Scores s become cap · tanh(s / cap), where a model caps them. */
  readonly attentionCap?: number;
  /**
   * Where a backbone has no other positions (ALiBi, Press et al. 2022): what is added to a head's score for each place that
   * the key stands further on in its row, [heads]. A softmax makes the same of it as of so much less for each place back.
   */
  readonly slopes?: readonly number[];
}

/** How one layer does; what its slopes add is in the masks. */
export interface LayerScoring {
  readonly scale: number;
  readonly cap: number | undefined;
}

export function scoringOf({ attentionScale, attentionCap }: Scoring, layer: number): LayerScoring {
  const scale = typeof attentionScale === 'number' ? attentionScale : attentionScale[layer]!;
  return { scale, cap: attentionCap };
}

interface Laid {
  readonly rows: Value;
  readonly prefix: Value | undefined;
  readonly past?: Value;
}

export class PrefixAttention {
  readonly inverses: InverseInput[] = [];
  private readonly graph: Graph;
  private readonly headSize: number;
  private readonly scoring: Scoring;
  private readonly mode: AttentionMode;
  private readonly rowIndex: Record<TokenSet, Value>;
  private readonly masks: Masks;
  private readonly queryUsed: Value;
  private readonly prefixTokens: Value | undefined;
  private readonly inverseValues = new Map<string, Value>();

  /**
   * Declares the inputs that lay the tokens out:
   * `row_tokens` [1, rows, slots] the packed token in each slot (padding names token 0 and sees only itself),
   * `row_queries` [1, rows, query_slots] the packed query likewise,
   * `mask`, `query_mask` [1, rows, slots, all keys] added to scores, 0 or very negative,
   * `query_used` [1, rows, query_slots, 1] 0 for padding, which has no slot of its own to look at, 1 elsewhere,
   * `prefix_tokens` [1, prefix] and `prefix_mask` [1, prefix, prefix] where the prefix is computed;
   * each mask once more for every window in `windows`, and the places of keys (see `Masks`).
   */
  constructor(graph: Graph, backbone: Scoring & { readonly headSize: number }, mode: AttentionMode) {
    this.graph = graph;
    this.headSize = backbone.headSize;
    this.scoring = backbone;
    this.mode = mode;
    const keys = mode.past ? 'prefix+past+slots' : 'prefix+slots';
    this.rowIndex = {
      tokens: graph.input('row_tokens', 'int32', [1, 'rows', 'slots']),
      queries: graph.input('row_queries', 'int32', [1, 'rows', 'query_slots']),
    };
    const shapes = {
      mask: [1, 'rows', 'slots', keys],
      query_mask: [1, 'rows', 'query_slots', keys],
      ...(mode.prefix === 'computed' ? { prefix_mask: [1, 'prefix', 'prefix'] } : {}),
    };
    this.masks = new Masks(graph, shapes, backbone.slopes);
    this.queryUsed = graph.input('query_used', 'float32', [1, 'rows', 'query_slots', 1]);
    if (mode.prefix === 'computed') {
      this.prefixTokens = graph.input('prefix_tokens', 'int32', [1, 'prefix']);
    }
  }

  /** The windows of the layers so far, for which the batch packer makes masks of their own. */
  get windows(): readonly number[] {
    return this.masks.windows;
  }

  /** Whether the batch packer is to say where keys stand. */
  get asksPlaces(): boolean {
    return this.masks.asksPlaces;
  }

  /**
   * Scaled dot-product attention (Vaswani et al. 2017) of one layer. `projections` hold the queries, keys and values;
   * the queries may be those of all tokens or of `queries` only. There may be several query heads for each key-value head
   * (Ainslie et al. 2023), those of one group side by side. Returns [that set, query heads · head size], packed.
   */
  attend(layer: number, projections: readonly Projection[], querySet: TokenSet, window?: number): Value {
    const parts = new Map<HeadGroup['role'], Laid>();
    for (const projection of projections) {
      const set = projection.groups.some((group) => group.role === 'query') ? querySet : 'tokens';
      this.layOut(projection, set, parts);
    }
    const query = parts.get('query')!;
    let key = parts.get('key')!;
    let value = parts.get('value')!;
    if (this.mode.prefix === 'cached') {
      key = { ...key, prefix: this.cacheInput(`prefix_key_${layer}`, key.rows, ['prefix']) };
      value = { ...value, prefix: this.cacheInput(`prefix_value_${layer}`, value.rows, ['prefix']) };
    }
    if (this.mode.past) {
      key = { ...key, past: this.pastOf(`key_${layer}`, key.rows, this.mode.past) };
      value = { ...value, past: this.pastOf(`value_${layer}`, value.rows, this.mode.past) };
    }
    const scoring = scoringOf(this.scoring, layer);
    const mask = this.masks.get(querySet === 'queries' ? 'query_mask' : 'mask', window);
    const rows = this.attendRows(query.rows, key, value, mask, scoring);
    const contexts = [querySet === 'queries' ? mul(rows, this.queryUsed) : rows];
    if (query.prefix) {
      const prefix = { query: query.prefix, key: key.prefix!, value: value.prefix! };
      contexts.push(attendAll({ ...prefix, mask: this.masks.get('prefix_mask', window) }, scoring));
    }
    const heads = query.rows.shape[0] as number;
    const indices = [this.index(this.rowIndex[querySet], heads, 0, heads)];
    if (query.prefix) indices.push(this.index(this.prefixTokens!, heads, 0, heads));
    const merged = mergeRows(contexts, this.inverse(querySet, [heads]), indices);
    return reshape(merged, [querySet, heads * this.headSize]);
  }

  private layOut(projection: Projection, set: TokenSet, into: Map<HeadGroup['role'], Laid>): void {
    const perToken = projection.groups.reduce((sum, group) => sum + group.heads, 0);
    const source = reshape(projection.value, [`${set}*${perToken}`, this.headSize]);
    const withPrefix = this.mode.prefix === 'computed' && set === 'tokens';
    const bases = withPrefix ? [this.rowIndex[set], this.prefixTokens!] : [this.rowIndex[set]];
    const indices = bases.flatMap((base) => {
      let first = 0;
      return projection.groups.map((group) => {
        const index = this.index(base, perToken, first, group.heads);
        first += group.heads;
        return index;
      });
    });
    const inverse = this.inverse(
      set,
      projection.groups.map((group) => group.heads),
    );
    const laid = partitionRows(source, indices, reshape(inverse, [source.shape[0]!]));
    projection.groups.forEach((group, i) => {
      into.set(group.role, { rows: laid[i]!, prefix: withPrefix ? laid[i + projection.groups.length] : undefined });
    });
  }

  /** Row numbers of heads first … first + heads − 1 of each token, in a matrix with `perToken` head rows a token. */
  private index(tokens: Value, perToken: number, first: number, heads: number): Value {
    const offsets = this.graph.int32(
      Array.from({ length: heads }, (_, head) => first + head),
      [heads, ...tokens.shape.slice(1).map(() => 1)],
    );
    return add(mul(tokens, this.graph.int32([perToken])), offsets);
  }

  private inverse(set: TokenSet, groups: readonly number[]): Value {
    const name = `inverse_${set}_${groups.join('_')}`;
    let value = this.inverseValues.get(name);
    if (!value) {
      value = this.graph.input(name, 'int32', [set, sum(groups)]);
      this.inverseValues.set(name, value);
      this.inverses.push({ name, set, groups });
    }
    return value;
  }

  private cacheInput(name: string, like: Value, sizes: readonly Dim[]): Value {
    return this.graph.input(name, 'float32', [like.shape[0]!, ...sizes, this.headSize]);
  }

  private pastOf(name: string, rows: Value, given: 'all' | 'new'): Value {
    const past = this.cacheInput(`past_${name}`, rows, ['rows', 'past']);
    this.graph.output(`present_${name}`, given === 'all' ? concat([past, rows], 2) : rows);
    return past;
  }

  private attendRows(query: Value, key: Laid, value: Laid, mask: Value, { scale, cap }: LayerScoring): Value {
    const [heads, , slots] = query.shape as [number, Dim, Dim];
    const keyHeads = key.rows.shape[0] as number;
    const grouped = `${heads / keyHeads}*rows*${slots}`;
    const sizes = shapeOf(query, 0, 3);
    const rest = this.graph.int([-1]);
    const flatQuery = reshape(query, [keyHeads, grouped, this.headSize], this.graph.int([keyHeads, -1, this.headSize]));
    const product = { transB: true, alpha: scale };
    const toPrefix = fusedMatMul(flatQuery, key.prefix!, product);
    // By row: of earlier runs, where there is a past, and its own. Put behind each other they would all be copied.
    const keys = key.past ? [key.past, key.rows] : [key.rows];
    const values = value.past ? [value.past, value.rows] : [value.rows];
    const toRow = keys.map((own) => this.withGroups(query, own, (a, b) => fusedMatMul(a, b, product)));
    const scores = concat([reshape(toPrefix, [heads, 'rows', slots, 'prefix'], concat([sizes, rest], 0)), ...toRow], 3);
    const attention = softmax(add(capped(scores, cap), mask));
    const lengths = concat([shapeOf(key.prefix!, 1, 2), ...keys.map((own) => shapeOf(own, 2, 3))], 0);
    const widths = ['prefix', ...keys.map((own) => own.shape[2]!)];
    const [onPrefix, ...onRow] = split(attention, 3, widths, lengths) as [Value, ...Value[]];
    const flatOnPrefix = reshape(
      onPrefix,
      [keyHeads, grouped, 'prefix'],
      concat([this.graph.int([keyHeads, -1]), shapeOf(key.prefix!, 1, 2)], 0),
    );
    const fromPrefix = matMul(flatOnPrefix, value.prefix!);
    const fromRow = onRow.map((on, i) => this.withGroups(on, values[i]!, matMul)).reduce(add);
    return add(fromRow, reshape(fromPrefix, query.shape, shapeOf(query)));
  }

  /** A product of a [heads, rows, m, k] with b [key-value heads, rows, k, n], which each group of heads shares. */
  private withGroups(a: Value, b: Value, product: (a: Value, b: Value) => Value): Value {
    const heads = a.shape[0] as number;
    const keyHeads = b.shape[0] as number;
    if (heads === keyHeads) return product(a, b);
    const grouped = (x: Value, perGroup: number) =>
      reshape(
        x,
        [keyHeads, perGroup, ...x.shape.slice(1)],
        concat([this.graph.int([keyHeads, perGroup]), shapeOf(x, 1)], 0),
      );
    const result = product(grouped(a, heads / keyHeads), grouped(b, 1));
    return reshape(result, [heads, ...result.shape.slice(2)], concat([this.graph.int([heads]), shapeOf(result, 2)], 0));
  }
}

/** The places of the keys that a mask is about; see `Masks`. */
export function keyPlacesName(name: MaskName): string {
  return name === 'prefix_mask' ? 'prefix_places' : 'key_places';
}

/**
 * Masks as inputs of a graph: each as it is, and once more for every window that a layer asks for. With slopes (see `Scoring`)
 * the places of their keys, like the masks but with 1 for the slots, are inputs as well, `key_places` and `prefix_places`
 * (float32), and what is added to scores is of each head: [heads, …].
 */
export class Masks {
  readonly windows: number[] = [];
  private readonly graph: Graph;
  private readonly shapes: Partial<Record<MaskName, readonly Dim[]>>;
  private readonly slopes: readonly number[] | undefined;
  private readonly biases = new Map<string, Value>();
  private readonly added = new Map<string, Value>();

  constructor(graph: Graph, shapes: Partial<Record<MaskName, readonly Dim[]>>, slopes?: readonly number[]) {
    this.graph = graph;
    this.shapes = shapes;
    this.slopes = slopes;
    this.declare((name) => name);
  }

  get asksPlaces(): boolean {
    return this.slopes !== undefined;
  }

  get(name: MaskName, window?: number): Value {
    if (window === undefined) return this.added.get(name)!;
    if (!this.windows.includes(window)) {
      this.windows.push(window);
      this.declare((each) => windowMaskName(each, window));
    }
    return this.added.get(windowMaskName(name, window))!;
  }

  private declare(inputName: (name: MaskName) => string): void {
    for (const [name, shape] of Object.entries(this.shapes) as [MaskName, readonly Dim[]][]) {
      const input = inputName(name);
      const mask = this.graph.input(input, 'float32', shape);
      this.added.set(input, this.slopes ? add(mask, this.bias(name, shape, this.slopes)) : mask);
    }
  }

  /** [heads, …, 1, keys] */
  private bias(name: MaskName, shape: readonly Dim[], slopes: readonly number[]): Value {
    const input = keyPlacesName(name);
    let bias = this.biases.get(input);
    if (!bias) {
      const places = this.graph.input(input, 'float32', shape.with(-2, 1));
      bias = mul(this.graph.float(slopes, [slopes.length, ...shape.slice(1).map(() => 1)]), places);
      this.biases.set(input, bias);
    }
    return bias;
  }
}

/** Scores bent towards ±cap (Gemma Team 2024, section 2); as they are where there is no cap. */
export function capped(scores: Value, cap: number | undefined): Value {
  return cap === undefined ? scores : mulScalar(tanh(mulScalar(scores, 1 / cap)), cap);
}

/**
 * Plain attention of tokens to each other: query [heads, tokens, head size], key and value [key-value heads, tokens, head
 * size], mask [1 or heads, tokens, tokens] added to the scores → [heads, tokens, head size].
 */
export function attendAll(
  { query, key, value, mask }: { query: Value; key: Value; value: Value; mask: Value },
  { scale, cap }: LayerScoring,
): Value {
  const [heads, tokens, headSize] = query.shape as [number, Dim, number];
  const [keyHeads] = key.shape as [number];
  const graph = query.graph;
  // The heads of a group stand below each other, so that each group is one product.
  const grouped = (x: Value, last: Dim, lastSize: Value) =>
    reshape(x, [keyHeads, `${heads / keyHeads}*${tokens}`, last], concat([graph.int([keyHeads, -1]), lastSize], 0));
  const apart = (x: Value) =>
    reshape(x, [heads, tokens, x.shape[2]!], concat([graph.int([heads]), shapeOf(query, 1, 2), shapeOf(x, 2, 3)], 0));
  const product = { transB: true, alpha: scale };
  const scores = fusedMatMul(grouped(query, headSize, graph.int([headSize])), key, product);
  const attention = softmax(add(capped(apart(scores), cap), mask));
  return apart(matMul(grouped(attention, tokens, shapeOf(query, 1, 2)), value));
}
