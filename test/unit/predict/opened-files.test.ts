import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceChoice } from '../../../engine/src/process/device-choice.ts';
import { OpenedFiles } from '../../../engine/src/process/opened-files.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { writeSmallBackbone } from '../train/small-backbone.ts';
import { rewriteProject, trainProject, writeProject } from '../train/small-project.ts';

const folder = temporaryFolder();
const openedFiles = () => new OpenedFiles({ of: async () => 'cpu' } as unknown as DeviceChoice);

describe('a task file that is asked again', () => {
  it('is opened once, with what an editor has of it that is not saved', async () => {
    const file = writeProject();
    const files = openedFiles();
    const first = await files.open({ file });
    expect(await files.open({ file })).toBe(first);
    expect(first.answers('mood')).toBe(first.answers('mood'));
    const text = readFileSync(file, 'utf8').replaceAll('"mood"', '"temper"');
    const unsaved = await files.open({ file, text });
    expect(unsaved.project.file.new_tasks).toEqual(['temper']);
    expect(await files.open({ file, text })).toBe(unsaved);
    expect((await files.open({ file })).project.file.new_tasks).toEqual(['mood']);
  });

  it('is opened anew where the file itself, its prompt table, its model or the device is another', async () => {
    const model = writeSmallBackbone(path.join(folder, 'model'));
    const file = writeProject({ model });
    const files = openedFiles();
    const before = await files.open({ file });
    rewriteProject(file, { model, new_tasks: ['mood'], language: 'sv' });
    const rewritten = await files.open({ file });
    expect(rewritten.project.file.language).toBe('sv');
    expect(rewritten.predictor).toBe(before.predictor);
    await trainProject(file);
    expect(rewritten.project.promptTable.size).toBe(0);
    const trained = await files.open({ file });
    expect([...trained.project.promptTable.keys()]).toEqual(['mood']);
    writeSmallBackbone(model, { layers: 1 });
    const ofOther = await files.open({ file });
    expect(ofOther.answers('mood').prompt.state).toMatchObject({ state: 'stale', changed: 'model' });
    expect(ofOther.predictor).not.toBe(trained.predictor);
    expect(await files.open({ file, device: 'cpu' })).not.toBe(ofOther);
  });

  it('is opened anew where its model is another, also after another task file with that model was', async () => {
    const model = writeSmallBackbone(path.join(folder, 'shared'));
    const [one, other] = [writeProject({ model }), writeProject({ model })];
    const files = openedFiles();
    const before = await files.open({ file: one });
    await files.open({ file: other });
    writeSmallBackbone(model, { layers: 1 });
    const { predictor } = await files.open({ file: other });
    expect(predictor).not.toBe(before.predictor);
    expect((await files.open({ file: one })).predictor).toBe(predictor);
  });

  it('is refused as long as its model cannot be opened', async () => {
    const model = writeSmallBackbone(path.join(folder, 'spoilt'));
    const file = writeProject({ model });
    const files = openedFiles();
    await files.open({ file });
    writeFileSync(path.join(model, 'config.json'), '{');
    for (let n = 0; n < 2; n++) await expect(files.open({ file })).rejects.toThrow('nothing was run');
  });

  it('keeps its sessions where it has been asked since, and those of two models are kept', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) =>
      writeProject({ model: writeSmallBackbone(path.join(folder, name)) }),
    );
    const files = openedFiles();
    const first = await files.open({ file: a! });
    const second = await files.open({ file: b! });
    expect(await files.open({ file: a! })).toBe(first);
    await files.open({ file: c! });
    expect(await files.open({ file: a! })).toBe(first);
    expect((await files.open({ file: b! })).predictor).not.toBe(second.predictor);
  });
});
