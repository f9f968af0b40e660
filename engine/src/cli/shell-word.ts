/**
 * A word of a command that is shown, so that it can be copied into a shell: in quotes where it is not taken as it is. On Windows
 * that is PowerShell or cmd, which have only double quotes in common.
 */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return windowsWord(word);
  return /^[\p{L}\p{N}_./:@%+=,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function windowsWord(word: string): string {
  // To PowerShell a comma makes a list, and what begins with @ is none of the program's arguments.
  if (/^(?!@)[\p{L}\p{N}_./:@%+=~\\-]+$/u.test(word)) return word;
  // Within its double quotes, of which there are typographic ones, it puts in variables.
  return /[$`“”„]/.test(word) ? `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'` : `"${word}"`;
}
