/** NFC, because a tokeniser may put a letter and its accent together, or give them back apart; without outer blanks. */
export function comparable(text: string): string {
  return text.normalize('NFC').trim();
}

/** As `comparable`, upper and lower case aside. Upper case first, because ß and SS are one. */
export function fold(text: string): string {
  return comparable(text).toUpperCase().toLowerCase();
}
