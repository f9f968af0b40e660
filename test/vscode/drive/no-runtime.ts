import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../host/workbench.ts';
import { EditorPage } from './editor-page.ts';

/** The installed extension as it would be on a platform that the runtime has no binary for. */
export async function withoutRuntime(extensions: string, out: string): Promise<string> {
  const copy = path.join(out, 'extensions');
  await cp(extensions, copy, { recursive: true, filter: (file) => !file.includes('/onnxruntime-node/bin') });
  return copy;
}

/** Where nothing can be computed, task files are checked all the same, and it is said why nothing can be trained. */
export async function noRuntime({ page }: Workbench, out: string): Promise<void> {
  const editor = new EditorPage(page, out);
  await editor.ready();
  await editor.open('broken.ptask.json');
  await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });

  await editor.openTaskFile('sentiment.ptask.json');
  const why = /ONNX Runtime, which computes, has no binary for/;
  await editor.command('ptask: Train Task');
  await editor.message(why);
  await editor.screenshot('no-runtime');
  await page.locator('.notification-toast').nth(1).waitFor({ state: 'detached' });
  const status = await editor.languageStatus();
  if (!why.test(status)) throw new Error(status);
}
