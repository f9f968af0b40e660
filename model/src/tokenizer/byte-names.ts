const encoder = new TextEncoder();

/** What vocabularies call the bytes of a text in UTF-8, such as `<0xE2>`. */
export function byteNames(text: string): string[] {
  return Array.from(encoder.encode(text), (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}
