import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { DeviceChoice } from '../../../engine/src/process/device-choice.ts';
import { evaluateTasks } from '../../../engine/src/process/evaluate-tasks.ts';
import { OpenedFiles } from '../../../engine/src/process/opened-files.ts';
import { predictRows } from '../../../engine/src/process/predict-rows.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import type { PredictParams } from '../../../protocol/src/predicting.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { writeSmallBackbone } from '../train/small-backbone.ts';
import { trainProject, writeProject } from '../train/small-project.ts';
import { liveSessions } from './live-sessions.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;
afterEach(() => vi.restoreAllMocks());

/** Task files with a model and a trained prompt each. */
async function trainedFiles(): Promise<string[]> {
  const files = ['a', 'b', 'c'].map((name) => writeProject({ model: writeSmallBackbone(path.join(folder, name)) }));
  for (const file of files) await trainProject(file);
  return files;
}

/** The files, and a question to one of them that goes first while another is being answered. */
function opened() {
  const files = new OpenedFiles({ of: async () => 'cpu' } as unknown as DeviceChoice);
  const turns = new Turns();
  const asked = (file: string, urgency: PredictParams['urgency'], texts: readonly string[]) => ({
    token: '',
    file,
    taskname: 'mood',
    rows: texts.map((text) => ({ taskname: 'mood', text })),
    withUntrained: false,
    urgency,
  });
  const means = { files, turns, notify: () => undefined };
  const hover = (file: string) => predictRows(asked(file, 'hover', ['up 1']), never, means);
  return { files, turns, asked, hover };
}

it('what was let go for two other models while it was used is let go again when it has been', async () => {
  const [first, ...others] = await trainedFiles();
  const live = liveSessions();
  const { files, turns, asked, hover } = opened();
  const rows = Array.from({ length: 12 }, (_, n) => `down ${n}`);
  const work = {
    predict: (notify: () => void) => predictRows(asked(first!, 'background', rows), never, { files, turns, notify }),
    evaluate: (notify: () => void) =>
      evaluateTasks({ token: '', file: first!, tasknames: [], split: 'test', baselines: ['zero'] }, never, {
        files,
        turns,
        notify,
      }),
  };
  for (const [name, begin] of Object.entries(work)) {
    const hovers: Promise<unknown>[] = [];
    await begin(() => {
      if (hovers.length === 0) hovers.push(...others.map(hover));
    });
    await Promise.all(hovers);
    expect(hovers, name).toHaveLength(2);
    for (const file of others) await (await files.open({ file })).predictor.release();
    expect(live.size, name).toBe(0);
  }
});

it('what nobody uses is let go as soon as two other models are asked', async () => {
  const [first, ...others] = await trainedFiles();
  const live = liveSessions();
  const { files, hover } = opened();
  for (const file of [first!, ...others]) await hover(file);
  for (const file of others) await (await files.open({ file })).predictor.release();
  expect(live.size).toBe(0);
});
