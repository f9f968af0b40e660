import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { temporaryFolder as folderOfAllTests } from '../unit/engine/temporary-folder.ts';
import { Editor } from './editor.ts';
import { Engine, faultOf } from './engine.ts';
import { ptask, writeJsonl, writeProject } from './ptask.ts';

/*
 * A model whose tokeniser tries things without end at a text that came with it. Nothing else in these processes could stop it.
 */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dir = folderOfAllTests();
const TEXT = `${'a'.repeat(30)}!`;
const REASON = 'tokenizer.json is not used any more, as it took more than';
let file: string;
beforeAll(async () => {
  file = await writeProject(dir);
  await writeJsonl(path.join(dir, 'train.jsonl'), [{ taskname: 'kind', text: TEXT, label: 'ja' }]);
  const tokenizer = path.join(dir, 'model/tokenizer.json');
  const json = JSON.parse(await readFile(tokenizer, 'utf8'));
  json.pre_tokenizer = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false };
  await writeFile(tokenizer, JSON.stringify(json));
});

it('the command line says so', async () => {
  for (const command of ['check', 'train']) {
    const { code, stdout, stderr } = await ptask([command, file]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(REASON);
  }
});

it('the language server says so, and goes on', async () => {
  const editor = await Editor.start({ folders: [dir] });
  const document = await editor.open(file);
  const shown = () => JSON.stringify(editor.pushed.get(document.uri));
  await editor.until(() => expect(shown()).toContain(REASON));
  await editor.type(document, '"new_tasks"', '"new_taskss"');
  await editor.until(() => expect(shown()).toContain('new_taskss'));
});

it('the engine says so, the second time at once, and goes on', async () => {
  const engine = new Engine('predict');
  const rows = [{ taskname: 'kind', text: TEXT }];
  const asked = { token: '1', file, taskname: 'kind', rows, withUntrained: true, urgency: 'hover' } as const;
  const first = await faultOf(engine.request('predict', asked));
  expect(first.data.kind).toBe('input');
  expect(first.message).toContain(REASON);
  const second = await faultOf(engine.request('predict', asked));
  expect(JSON.stringify([second.message, second.data])).toContain(REASON);
  expect(await engine.request('runs', { folders: [dir] })).toEqual({ runs: [] });
});
