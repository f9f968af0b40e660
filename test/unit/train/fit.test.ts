import { describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../engine/src/errors.ts';
import { fitRun, fitRuns, learntParameters } from '../../../engine/src/train/fit.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { DATA, type Json, open, trainProject, withFixedDate, withTrainer, writeProject } from './small-project.ts';

withFixedDate();

/** How a small project is run where it could have so many bytes more or less than it takes at its fastest. */
async function fitted(more: number, changes: Json = {}) {
  const plan = await planTraining(await open(writeProject(withTrainer(changes))), []);
  const plenty = fitRun(plan, 'cpu', 2 ** 40);
  const usable = (plenty.memoryBytes + more) / 0.9;
  return fitRun(plan, 'cpu', usable - process.memoryUsage.rss());
}

describe('a run', () => {
  it('that fits is run the fastest way, and nothing is said', async () => {
    const { fit, message } = await fitted(10e6);
    expect(fit).toEqual({ tokensARun: 2048, recompute: false, prepack: true });
    expect(message).toBeUndefined();
  });

  it('that never fits is run the way that needs least, and both are said', async () => {
    const { fit, message } = await fitted(-150e6);
    expect(fit).toEqual({ tokensARun: 256, recompute: true, prepack: false });
    expect(message).toMatch(
      /^about \d+ MB of memory would be used, and \d.* are free: weights are not kept in a second layout, at most 256 tokens are run at once, activations are computed again for the backward pass\. Results are the same/,
    );
    expect(message).toMatch(/it still needs/);
  });

  it('is refused with what helps where a row is so long that nothing could hold what it is fed with', async () => {
    const plan = await planTraining(await open(writeProject()), []);
    const long = { ids: Int32Array.from({ length: 70_000 }, (_, i) => i % 256), firstTarget: 1 };
    vi.spyOn(plan.train, 'tokens').mockReturnValue(long);
    expect(() => fitRun(plan)).toThrow(EngineError);
    expect(() => fitRun(plan)).toThrow(/^there is not enough memory to compute; /);
  });

  it('on a device, of whose memory nothing is known, is run the fastest way', async () => {
    const plan = await planTraining(await open(writeProject()), []);
    const { fit } = fitRun(plan, 'webgpu', 0);
    expect(fit).toEqual(fitRun(plan, 'webgpu', 2 ** 40).fit);
    expect(fit).toMatchObject({ tokensARun: 2048, recompute: false });
  });

  it('computes activations again where that is asked for, and never where it is not to', async () => {
    expect((await fitted(10e6, { recompute: true })).fit).toMatchObject({ tokensARun: 2048, recompute: true });
    expect((await fitted(-150e6, { recompute: false })).fit).toMatchObject({ tokensARun: 256, recompute: false });
  });

  it('needs memory for what each of those beside it learns, and for the rows that they run together', async () => {
    const plan = await planTraining(await open(writeProject()), []);
    const rss = vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(1e8);
    const [one, two, twelve] = [1, 2, 12].map((runs) => {
      const { memoryBytes } = fitRuns(new Array(runs).fill(plan), 'cpu', 2 ** 40);
      return memoryBytes - runs * 24 * learntParameters(plan);
    });
    rss.mockRestore();
    expect(two).toBeGreaterThan(one!);
    expect(twelve).toBeGreaterThan(two!);
  });

  it('needs memory for validation, and for what is asked of prompts, whose answers may be texts', async () => {
    const rss = vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(1e8);
    const bytes = async (answer_field: string | null, validation: Json = { validation_ds: ['echo.jsonl'] }) => {
      const template = { taskname: 'echo', prompt_template: '<|VIRTUAL_PROMPT_0|> {text} {answer}', answer_field };
      const file = writeProject(
        {
          new_tasks: ['echo'],
          task_templates: [{ ...template, total_virtual_tokens: 3, answer_only_loss: false }],
          data: { train_ds: ['train.jsonl'], ...validation },
        },
        { 'train.jsonl': DATA['echo.jsonl']! },
      );
      return fitRun(await planTraining(await open(file), []), 'cpu', 2 ** 40).memoryBytes;
    };
    expect(await bytes('answer')).toBeGreaterThan(await bytes(null));
    expect(await bytes(null)).toBeGreaterThan(await bytes(null, {}));
    rss.mockRestore();
  });

  it('ends with the same prompt, but for rounding, however it is made to fit', async () => {
    const file = writeProject();
    const table = async (fit: { tokensARun: number; recompute: boolean; prepack: boolean }) => {
      const { events } = await trainProject(file, { fit });
      return events.flatMap((event) => (event.event === 'step' ? [event.loss] : []));
    };
    const fastest = await table({ tokensARun: 2048, recompute: false, prepack: true });
    const least = await table({ tokensARun: 8, recompute: true, prepack: false });
    expect(least).toHaveLength(6);
    least.forEach((loss, i) => {
      expect(Math.abs(loss - fastest[i]!)).toBeLessThan(1e-4);
    });
  });
});
