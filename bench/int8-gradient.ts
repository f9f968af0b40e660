/**
 * How far the gradient of a training step in 8 bits is from float32's: on a few batches of the rows of a task file's first task, with the
 * prompt that the encoder begins with, and with the trained one where there is one. Prints a Markdown table.
 *
 *     npm run bench int8-gradient -- FILE.ptask.json…
 */
import path from 'node:path';
import { openForRun } from '../engine/src/project.ts';
import { PromptEncoder } from '../engine/src/prompt/encoder.ts';
import { BackboneStep } from '../engine/src/train/backbone-step.ts';
import { planTraining } from '../engine/src/train/plan.ts';
import { TrainingState } from '../engine/src/train/training-state.ts';

const BATCHES = 4;
const ROWS = 16;

console.log('| file | prompt | loss, float32 | loss, int8 | gradient apart, of its length | cosine |');
console.log('|---|---|---|---|---|---|');
for (const file of process.argv.slice(2)) await compare(file);

async function compare(file: string): Promise<void> {
  const project = await openForRun(file);
  const plan = await planTraining(project, []);
  const [taskname] = plan.tasks.keys();
  const { parameters } = TrainingState.fresh(plan);
  const encoder = await PromptEncoder.create(plan.encoder, plan.encoderTasks, { provider: 'cpu' });
  const prompts = new Map([['at first', (await encoder.encode(parameters)).get(taskname!)!]]);
  await encoder.release();
  const trained = project.promptTable.get(taskname!);
  if (trained) prompts.set('trained', trained.embeddings);
  const own = Array.from({ length: plan.train.size }, (_, row) => row).filter(
    (row) => plan.train.taskname(row) === taskname,
  );
  const steps = (['float32', 'int8'] as const).map((precision) => new BackboneStep(project.backbone, { precision }));
  for (const [title, prompt] of prompts) {
    for (let from = 0; from < BATCHES * ROWS; from += ROWS) {
      const rows = own.slice(from, from + ROWS);
      const batch = rows.map((row) => ({ taskname: taskname!, row: plan.train.tokens(row) }));
      const results = [];
      for (const step of steps) results.push(await step.run(batch, new Map([[taskname!, prompt]])));
      const [exact, rounded] = results.map(({ dVirtual }) => [...dVirtual.get(taskname!)!]) as [number[], number[]];
      const apart = length(exact.map((value, i) => value - rounded[i]!)) / length(exact);
      const product = exact.reduce((sum, value, i) => sum + value * rounded[i]!, 0);
      const cosine = product / (length(exact) * length(rounded));
      const losses = results.map(({ loss }) => loss.toFixed(4));
      console.log(`| ${[path.basename(file), title, ...losses, apart.toFixed(2), cosine.toFixed(3)].join(' | ')} |`);
    }
  }
  for (const step of steps) await step.release();
}

function length(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
