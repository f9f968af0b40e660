/** What Windows writes for the bytes from 0x80 on, where Unicode has control characters, which some versions of Node give instead. */
const OF_WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** A text that was decoded as Windows-1252, with the letters that all versions of Node should have given it. */
export function withLettersOfWindows(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (control) => OF_WINDOWS[control.charCodeAt(0) - 0x80]!);
}
