/** NFC, because a tokeniser may put a letter and its accent together, or give them back apart; without outer blanks. */
export function comparable(text: string): string {
  return text.normalize('NFC').trim();
}

/**
 * As `comparable`, upper and lower case aside. Upper case first, because ß and SS are one; and Turkish has a capital İ and a small ı,
 * which all count as i, since nothing tells in which language a text is.
 */
export function fold(text: string): string {
  return comparable(text).toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
}
