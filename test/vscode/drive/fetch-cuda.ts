import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { garbled, packedLibraries, Registry, sha256 } from '../../unit/devices/registry.ts';
import type { Workbench } from '../host/workbench.ts';
import { EditorPage } from './editor-page.ts';
import type { Drive } from './index.ts';
import { ownProcesses } from './own-processes.ts';

/** Size and hash of the archive, as they stand in the built program. */
const KNOWN = /bytes: \d+,(\s*)digest: \{ kind: "sha256", hash: "[0-9a-f]{64}" \}/g;

/**
 * The CUDA provider is fetched from a registry on this machine, with its size shown first; an archive with other bytes is
 * refused. The installed extension knows the size and hash of a small archive in the place of the real one's.
 */
export function fetchCuda(): Drive {
  let registry: Registry | undefined;
  let cache: string;
  return {
    async extensions(installed, out) {
      cache = path.join(out, 'cache');
      await mkdir(out, { recursive: true });
      const archive = packedLibraries(out);
      registry = await Registry.start(archive);
      const copy = path.join(out, 'extensions');
      await cp(installed, copy, { recursive: true });
      await replaceKnown(copy, archive);
      return copy;
    },
    env: async () => ({ npm_config_registry: registry!.url, PTASK_CACHE: cache }),
    run: (workbench, out) => refuseThenFetch(workbench, out, registry!, cache),
    close: async () => registry?.close(),
  };
}

async function replaceKnown(extensions: string, archive: Buffer): Promise<void> {
  let replaced = 0;
  for (const name of await readdir(extensions, { recursive: true })) {
    if (!/\/dist\/chunks\/[^/]+\.js$/.test(name)) continue;
    const file = path.join(extensions, name);
    const text = await readFile(file, 'utf8');
    const own = text.replace(KNOWN, (_, blank: string) => {
      replaced++;
      return `bytes: ${archive.length},${blank}digest: { kind: "sha256", hash: "${sha256(archive)}" }`;
    });
    if (own !== text) await writeFile(file, own);
  }
  assert.equal(replaced, 1, 'the archive is known in one place');
}

async function refuseThenFetch(workbench: Workbench, out: string, registry: Registry, cache: string): Promise<void> {
  const { page } = workbench;
  const answering = () =>
    ownProcesses(workbench).flatMap(({ command, pid }) => (command.endsWith('engine.js predict') ? [pid] : []));
  const editor = new EditorPage(page, out);
  await editor.ready();
  registry.misbehave(garbled, garbled);
  await editor.command('ptask: Fetch CUDA Support');
  const question = page.locator('.monaco-dialog-box', { hasText: 'Fetch what CUDA needs?' });
  await question.waitFor({ timeout: 30_000 });
  assert.match(await question.innerText(), /from npm \(MIT\), kept in /);
  assert.deepEqual(registry.asked, [], 'nothing is fetched before the user has agreed');
  await editor.screenshot('fetch-cuda');
  await editor.answer('Fetch what CUDA needs?', 'Fetch');
  await editor.message(/CUDA support cannot be fetched: .*arrived twice with another content/);
  assert.deepEqual(await readdir(cache), [], 'nothing of it is kept');

  const [before] = answering();
  // Of more than three messages in 800 ms VS Code shows three: nobody else is as quick as this.
  await page.waitForTimeout(1000);
  await editor.command('ptask: Fetch CUDA Support');
  await editor.answer('Fetch what CUDA needs?', 'Fetch');
  const there = 'The CUDA provider is there, and used where the device works.';
  await editor.message(there);
  await editor.press(there, 'Show Devices');
  const cuda = editor.webview().locator('table tbody tr', { hasText: 'CUDA' });
  await cuda.waitFor({ timeout: 60_000 });
  // The libraries of the stand-in are text, which is another failing than that there are none.
  assert.match(await cuda.innerText(), /fails\s[\s\S]*Failed to load shared library/);
  const [after, ...others] = answering();
  assert.ok(before !== undefined && after !== undefined && after !== before && others.length === 0);
  await editor.screenshot('cuda-devices');
  await rm(cache, { recursive: true });
}
