import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { backboneOf } from '../../engine/src/backbone/backbone.ts';
import { type EncoderSpec, type Parameters, PromptEncoder } from '../../engine/src/prompt/encoder.ts';
import { AdamW, clipGlobalNorm } from '../../engine/src/train/adamw.ts';
import { BackboneStep, type StepOptions, type TaskRow } from '../../engine/src/train/backbone-step.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import { GOLDEN, relativeError } from './golden.ts';
import { readTensors } from './tensors.ts';

interface Trajectory {
  readonly num_virtual_tokens: number;
  readonly encoder_hidden_size: number;
  readonly lr: number;
  readonly betas: [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly grad_clip: number;
  readonly answer: number;
  readonly batches: number[][][];
  readonly losses: number[];
}

const FOLDER = path.join(GOLDEN, 'trajectory');
const TASK = 'task';

/** PEFT's encoder by our names: its layers stand at the even places of a `Sequential`. */
function initialParameters(): Parameters {
  const theirs = readTensors(path.join(FOLDER, 'initial.safetensors'));
  const ours = new Map<string, string>([['embedding', 'embedding.weight']]);
  for (const layer of [0, 1, 2]) {
    for (const part of ['weight', 'bias']) ours.set(`mlp.${layer}.${part}`, `mlp_head.${2 * layer}.${part}`);
  }
  return new Map(
    [...ours].map(([name, theirName]) => {
      const { shape, data } = theirs.get(`prompt_encoder.default.${theirName}`)!;
      return [name, { shape: [...shape], data: data.slice() }];
    }),
  );
}

/** Trains with PEFT's data, encoder and optimiser; `options` are those of the backbone's sessions. */
export async function checkTrajectory(
  options: StepOptions = {},
  tolerance = { loss: 1e-4, prompt: 1e-4 },
): Promise<void> {
  const golden: Trajectory = JSON.parse(readFileSync(path.join(FOLDER, 'trajectory.json'), 'utf8'));
  const opened = await openModelFolder(path.join(GOLDEN, 'backbones', 'gpt2'), { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  const backbone = backboneOf(opened.model);
  const { hidden } = backbone.model.config;
  const virtualTokens = golden.num_virtual_tokens;

  const step = new BackboneStep(backbone, options);
  const spec: EncoderSpec = {
    type: 'mlp',
    hidden,
    numLayers: 3,
    encoderHidden: golden.encoder_hidden_size,
    dropout: 0,
    conditioned: false,
  };
  const encoder = await PromptEncoder.create(spec, [
    { taskname: TASK, virtualTokens, nameEmbeddings: new Float32Array(0) },
  ]);
  const parameters = initialParameters();
  const optimizer = new AdamW({ betas: golden.betas, eps: golden.eps, weightDecay: golden.weight_decay });
  // PEFT prepends its virtual tokens to every row.
  const prompt = Array.from({ length: virtualTokens }, (_, k) => -1 - k);

  const losses: number[] = [];
  for (const batch of golden.batches) {
    const rows = batch.map((row): TaskRow => {
      const ids = Int32Array.from([...prompt, ...row]);
      return { taskname: TASK, row: { ids, firstTarget: ids.length - golden.answer } };
    });
    const { loss, dVirtual } = await step.run(rows, await encoder.encode(parameters));
    losses.push(loss);
    const gradients = [...(await encoder.gradients(parameters, dVirtual)).values()];
    const { scale } = clipGlobalNorm(gradients, golden.grad_clip);
    optimizer.step(
      [...parameters.values()].map(({ data }) => data),
      gradients,
      golden.lr,
      scale,
    );
  }
  const final = (await encoder.encode(parameters)).get(TASK)!;
  await encoder.release();
  await step.release();

  losses.forEach((loss, i) => {
    expect(Math.abs(loss - golden.losses[i]!), `loss of step ${i}`).toBeLessThan(tolerance.loss);
  });
  const expected = readTensors(path.join(FOLDER, 'final.safetensors')).get('prompt_embeddings')!.data;
  expect(relativeError(final, [...expected])).toBeLessThan(tolerance.prompt);
}
