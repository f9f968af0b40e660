/** Where DirectML's errors were noticed: a source, a library's address, the caller's, and a thread. */
const NOTICED = /^\S+\(\d+\)\\\S+![\dA-F]+: (\(caller: [\dA-F]+\) )?\w+\(\d+\) tid\([\da-f]+\) /i;

/** Where others of the runtime on Windows were: a source with its line, and a function. */
const THROWN = /^[a-z]:\\\S+:\d+ \S*::\S+( \(\))? /i;

/** What the runtime says, without the place in its own sources that it says it from, in one line. */
export function plainReason(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim().split(' was false. ').at(-1)!;
  // Behind the place, Windows has a number for each error, and words of its own for most.
  const plain = line.replace(NOTICED, 'DirectX: ').replace(THROWN, '');
  return plain.length > 300 ? `${plain.slice(0, 299)}…` : plain;
}
