import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { isToldToEnd, probe } from '../../../engine/src/devices/probe.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const folder = temporaryFolder();
let programs = 0;

/** A program that takes the engine's place. */
function program(text: string): URL {
  const file = path.join(folder, `program-${programs++}.mjs`);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

it('a device that gives the right numbers works, whatever its driver prints', async () => {
  const found = await probe(
    program("console.log('driver 1.2'); console.log('{\"works\":true}'); console.log('bye')"),
    'x',
  );
  expect(found).toEqual({ state: 'works', milliseconds: expect.any(Number), float16: false });
  const adapter = { name: 'Arc', software: false };
  const tells = `console.log(${JSON.stringify(JSON.stringify({ works: true, adapter }))})`;
  expect(await probe(program(tells), 'x')).toMatchObject({ state: 'works', adapter });
});

it.each([
  ['gives them in float16, too', `console.log('{"works":true,"float16":true}')`, true],
  ['gives others then', `console.log('{"works":true,"float16":false}')`, false],
  ['ends its process over float16', `process.kill(process.pid, 'SIGKILL')`, false],
  ['hangs in float16', 'for (;;);', false],
])('one that gives the right numbers, and %s, works', async (_, then, float16) => {
  const says = `process.stdout.write('{"works":true}\\n', () => { ${then} })`;
  const longest = then.startsWith('for') ? 2000 : undefined;
  expect(await probe(program(says), 'x', longest)).toMatchObject({ state: 'works', float16 });
});

it('one that the runtime refuses fails, and the library that its log names is missing', async () => {
  const says = `console.error('libx.so.3: cannot open shared object file'); console.log('{"works":false,"reason":"no"}')`;
  expect(await probe(program(says), 'x')).toMatchObject({ state: 'fails', reason: 'no', missing: 'libx.so.3' });
});

it.each([
  [
    "console.error('a\\nsegmentation fault'); process.exit(7)",
    /^it ended its process \(exit code 7\): segmentation fault$/,
  ],
  ["process.kill(process.pid, 'SIGKILL')", /^it ended its process \(/],
  ["console.log('no answer')", /^it ended its process \(exit code 0\)$/],
])('one that ends the process that tries it has died: %s', async (text, reason) => {
  expect(await probe(program(text), 'x')).toMatchObject({ state: 'died', reason: expect.stringMatching(reason) });
});

it.skipIf(process.platform === 'win32')('one whose process is told to end meanwhile says nothing by that', async () => {
  expect(await probe(program("process.kill(process.pid, 'SIGTERM'); for (;;);"), 'x')).toMatchObject({
    state: 'died',
    reason: 'it ended its process (SIGTERM)',
    isChance: true,
  });
  const crashed = await probe(program("process.kill(process.pid, 'SIGSEGV'); for (;;);"), 'x');
  expect(crashed).not.toHaveProperty('isChance');
});

it('on Windows, which has no signals, its exit code says that it was told to end', () => {
  const interrupted = 3_221_225_786;
  const accessViolation = 3_221_225_477;
  expect(isToldToEnd(interrupted)).toBe(true);
  expect([accessViolation, 0, 1].some(isToldToEnd)).toBe(false);
});

it('one that hangs is given up, and its process ended', async () => {
  const hangs = "process.stdout.write('{'); for (;;);";
  expect(await probe(program(hangs), 'x', 300)).toMatchObject({
    state: 'died',
    reason: 'it did not answer within 0.3 seconds',
  });
});

it('one that hangs is given up although something that it started keeps its output open', async () => {
  const pid = path.join(folder, 'pid');
  onTestFinished(() => {
    if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')));
  });
  const lasts = ['-e', 'setInterval(() => {}, 1000)'];
  const starts = `import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn(process.execPath, ${JSON.stringify(lasts)}, { stdio: 'inherit' });
    writeFileSync(${JSON.stringify(pid)}, String(child.pid));
    for (;;);`;
  expect(await probe(program(starts), 'x', 2000)).toMatchObject({ state: 'died' });
});
