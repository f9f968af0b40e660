/** A word of a command that is shown, so that it can be copied into a shell: in quotes where it is not taken as it is. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\p{L}\p{N}_./:@%+=,-]+$/u.test(word) || (platform === 'win32' && /^[\p{L}\p{N}_./:@+=,~\\-]+$/u.test(word)))
    return word;
  return platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
