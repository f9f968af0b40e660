const PATTERNS = [
  // Linux's loader, in whichever words: the name stands before the colon.
  /([^\s:"'/]+\.so[.\d]*): cannot open shared object file/,
  // macOS's loader
  /Library not loaded: (?:\S*\/)?([^\s/]+\.(?:dylib|framework\/\S+))/,
  // ONNX Runtime on Windows names the library that it wanted, or the one that its own needs.
  /([^\s\\/"']+\.dll)["']? (?:which )?(?:is|that is|was) (?:missing|not found)/i,
  /(?:LoadLibrary|load library)\D*?([^\s\\/"']+\.dll)/i,
];

/** The library that the runtime could not load, where its message names one. */
export function missingLibrary(message: string): string | undefined {
  for (const pattern of PATTERNS) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
