import { existsSync, readdirSync } from 'node:fs';

/**
 * Words of a command with the files that they stand for, such as `*.ptask.json`. Shells elsewhere put them in, those of Windows leave it
 * to each program; no name of a file there has a `*` or `?`. What stands for none is left as it is.
 */
export function withFilesFor(words: readonly string[], platform: NodeJS.Platform = process.platform): string[] {
  if (platform !== 'win32') return [...words];
  return words.flatMap((word) => {
    // In front of the path of a device the `?` is itself.
    if (!/[*?]/.test(word) || /^[\\/]{2}[?.][\\/]/.test(word)) return [word];
    const files = filesFor(word);
    return files.length > 0 ? files : [word];
  });
}

function filesFor(word: string): string[] {
  let found = [''];
  // Each with its separator, which is kept as it was written.
  for (const part of word.split(/(?<=[\\/])/)) {
    const [, name, end] = /^(.*?)([\\/]?)$/s.exec(part)!;
    if (!/[*?]/.test(name!)) found = found.map((path) => path + part);
    else found = found.flatMap((path) => namesIn(path, name!).map((one) => path + one + end));
  }
  return found.filter((path) => existsSync(path));
}

/** Names in a folder that a pattern stands for, in whatever case, in order. Hidden ones have to be asked for. */
function namesIn(folder: string, pattern: string): string[] {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]]/g, '\\$&');
  const regexp = new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 'isu');
  try {
    const names = readdirSync(folder === '' ? '.' : folder);
    return names.filter((name) => regexp.test(name) && (pattern.startsWith('.') || !name.startsWith('.'))).sort();
  } catch {
    return [];
  }
}
