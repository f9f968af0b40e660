import { openModelFolder } from '../../../model/src/model-folder.ts';
import { backboneOf } from '../backbone/backbone.ts';
import { resolveModel } from '../backbone/resolve-model.ts';
import { InputError } from '../errors.ts';
import { type EncoderSpec, initialParameters, PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { AdamW } from '../train/adamw.ts';
import { BackboneStep, type StepOptions, type TaskRow } from '../train/backbone-step.ts';
import { requirePrecision } from '../train/require-precision.ts';
import { sum } from '../vectors.ts';
import { DEVICE_OPTION, deviceToUse, wantedDevice } from './device.ts';
import { Output } from './output.ts';
import { oneOf, readArguments, UsageError, wholeNumber } from './usage.ts';

const TASK = 'bench';

/** `ptask bench`: time and memory of whole training steps on random tokens. */
export async function bench(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { values } = readArguments(
    args,
    {
      model: { type: 'string' },
      virtual: { type: 'string' },
      length: { type: 'string' },
      batch: { type: 'string' },
      answer: { type: 'string', default: '2' },
      steps: { type: 'string', default: '7' },
      precision: { type: 'string', default: 'float32' },
      recompute: { type: 'boolean', default: false },
      threads: { type: 'string' },
      ...DEVICE_OPTION,
      json: { type: 'boolean' },
    },
    [0, 0],
  );
  const wanted = wantedDevice(values.device);
  if (values.model === undefined) throw new UsageError('--model is missing');
  const sizes = {
    virtual: wholeNumber('virtual', values.virtual, 1),
    length: wholeNumber('length', values.length, 1),
    batch: wholeNumber('batch', values.batch, 1),
    answer: wholeNumber('answer', values.answer, 1),
  };
  const steps = wholeNumber('steps', values.steps, 1);
  const precision = oneOf('precision', values.precision, ['float32', 'float16', 'int8']);
  const { recompute } = values;
  const threads = values.threads === undefined ? {} : { threads: wholeNumber('threads', values.threads, 1) };
  const output = new Output(values.json);
  const device = await deviceToUse(wanted, { precision, tell: (line) => output.note(line) });
  requirePrecision(precision, device);
  const step = await trainingStep(
    values.model,
    sizes,
    { provider: device, spins: true, precision, recompute, ...threads },
    output,
  );
  const times: number[] = [];
  for (let n = 0; n <= steps; n++) {
    const before = performance.now();
    await step();
    times.push(performance.now() - before);
  }
  const toFirstStep = performance.now() - started - sum(times.slice(1));
  const measured = times.slice(1).sort((a, b) => a - b);
  const stepMs = measured[Math.floor(measured.length / 2)]!;
  const result = {
    event: 'bench',
    step_ms: round(stepMs),
    fastest_ms: round(measured[0]!),
    peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    load_ms: round(Math.max(0, toFirstStep - stepMs)),
    steps,
    ...sizes,
    device,
    precision,
    recompute,
    ...threads,
  };
  output.event(result);
  output.text(
    `${sizes.virtual} virtual tokens × length ${sizes.length} × batch ${sizes.batch}: ${result.step_ms} ms a step ` +
      `(median of ${steps}, fastest ${result.fastest_ms}), ${result.peak_mb} MB at most, ready after ${result.load_ms} ms`,
  );
  return 0;
}

interface Sizes {
  readonly virtual: number;
  readonly length: number;
  readonly batch: number;
  readonly answer: number;
}

/** A step as PEFT's `PromptEncoder` of type MLP takes it: forward, backward and AdamW, virtual tokens in front. */
async function trainingStep(
  model: string,
  sizes: Sizes,
  options: StepOptions,
  output: Output,
): Promise<() => Promise<void>> {
  const resolved = await resolveModel(model, process.cwd(), { report: (line) => output.note(line) });
  if (resolved.kind !== 'ok') throw new InputError(resolved.problem);
  const opened = await openModelFolder(resolved.dir, { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new InputError(opened.problem);
  const backbone = backboneOf(opened.model);
  const { hidden, vocabSize, maxPositions } = opened.model.config;
  const { virtual, length, batch, answer } = sizes;
  if (virtual + length > maxPositions) {
    throw new InputError(
      `${virtual} virtual tokens and ${length} more are above the model's ${maxPositions} positions`,
    );
  }
  if (answer > length) throw new InputError(`an answer of ${answer} tokens does not fit into rows of ${length}`);
  const spec: EncoderSpec = {
    type: 'mlp',
    hidden,
    numLayers: 3,
    encoderHidden: hidden,
    dropout: 0,
    conditioned: false,
  };
  const tasks = [{ taskname: TASK, virtualTokens: virtual, nameEmbeddings: new Float32Array(0) }];
  const random = Random.fromSeed(0);
  const parameters = initialParameters(spec, tasks, random);
  const encoder = await PromptEncoder.create(spec, tasks);
  const step = new BackboneStep(backbone, options);
  const optimiser = new AdamW({ betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 });
  const rows = Array.from({ length: batch }, (): TaskRow => {
    const ids = Int32Array.from({ length: virtual + length }, (_, i) =>
      i < virtual ? -1 - i : random.integer(vocabSize),
    );
    return { taskname: TASK, row: { ids, firstTarget: ids.length - answer } };
  });
  return async () => {
    const { dVirtual } = await step.run(rows, await encoder.encode(parameters));
    const gradients = await encoder.gradients(parameters, dVirtual);
    optimiser.step(
      [...parameters.values()].map(({ data }) => data),
      [...parameters.keys()].map((name) => gradients.get(name)!),
      1e-4,
    );
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
