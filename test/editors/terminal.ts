import { spawn } from 'node:child_process';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';

/** A program in a terminal of its own, which `script` of util-linux gives it. */
export class Terminal {
  #shown = '';
  readonly #child;
  readonly ended: Promise<unknown>;

  constructor(command: string, cwd: string, env: Readonly<NodeJS.ProcessEnv>) {
    const inside = `stty rows 50 cols 140; ${command}`;
    this.#child = spawn('script', ['-qfec', inside, '/dev/null'], {
      cwd,
      env: { ...process.env, TERM: 'xterm', ...env },
    });
    this.#child.stdout.on('data', (data: Buffer) => {
      this.#shown += data.toString();
    });
    this.ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** Presses keys, and waits for words on the screen, which is drawn in pieces that leave out blanks. */
  async type(keys: string, words?: string): Promise<void> {
    const dense = (text: string) => stripVTControlCharacters(text).replace(/\s+/g, '');
    // A key too early goes to what was open before.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = this.#shown.length;
    this.#child.stdin.write(keys);
    if (words === undefined) return;
    await expect.poll(() => dense(this.#shown.slice(before)), { timeout: 30_000 }).toContain(dense(words));
  }
}
