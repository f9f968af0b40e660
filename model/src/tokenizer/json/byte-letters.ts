/*
 * How byte-level tokenisers write bytes: each as a letter. Those that print are themselves; the others follow from U+0100 on.
 */

const PRINTED = /[!-~\u00a1-\u00ac\u00ae-\u00ff]/;

const LETTERS: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const letter = String.fromCharCode(byte);
    return PRINTED.test(letter) ? letter : String.fromCharCode(next++);
  });
})();

const BYTES: ReadonlyMap<string, number> = new Map(LETTERS.map((letter, byte) => [letter, byte]));

const encoder = new TextEncoder();

/** A letter for each byte of UTF-8. */
export function lettersOfBytes(text: string): string {
  let letters = '';
  for (const byte of encoder.encode(text)) letters += LETTERS[byte]!;
  return letters;
}

/** The bytes that the letters stand for; where one stands for none, the bytes of the text itself, as of an added token. */
export function bytesOfLetters(text: string): Iterable<number> {
  const bytes = [...text].map((letter) => BYTES.get(letter));
  return bytes.every((byte) => byte !== undefined) ? bytes : encoder.encode(text);
}
