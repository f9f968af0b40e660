/** Where a word is plain, it holds no special token, though the model itself may have one for a part of it. */
export interface WordEncoder {
  ids(word: string, isPlain: boolean): readonly number[];
  /** The same in steps, which is faster where the word is long. */
  idsOfLong(word: string, isPlain: boolean): Generator<void, readonly number[]>;
}
