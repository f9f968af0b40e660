/** A tokeniser as its file describes it, whatever the file's format. */
export interface PlainTokenizer {
  /** Ids of a text in which the texts of special tokens are ordinary letters. */
  encode(text: string): number[];
  /** Ids of a text in which the texts of special tokens are those tokens. */
  encodeSpecial(text: string): number[];
  /** As `encode`, in steps of a fraction of a millisecond. */
  encoding(text: string): Generator<void, number[]>;
  /** As `encodeSpecial`, in such steps. */
  encodingSpecial(text: string): Generator<void, number[]>;
  /** Text of ids that are in the vocabulary and not special, at least one. */
  decode(ids: readonly number[]): string;
  tokenId(token: string): number | undefined;
  tokenText(id: number): string | undefined;
  /** Text to id. */
  readonly special: ReadonlyMap<string, number>;
  /** One more than the highest id. */
  readonly size: number;
  /** Ids of the tokens that the model's own programs put in front of every text and behind it, where nothing else is said. */
  readonly around: { readonly front: readonly number[]; readonly last?: number | undefined };
  /** The names of the first and the last token where nothing else says them. */
  readonly named: { readonly bos?: string; readonly eos?: string };
  /** Whether it is known to take a short text no time worth mentioning. */
  readonly isQuick: boolean;
}

/** UTF-16 units of a token. Usual vocabularies have none of more than some hundred. */
export const LONGEST_TOKEN = 2_000;
