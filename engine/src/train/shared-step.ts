import type { BackboneStep, PromptedBatch, Stepper, StepResult } from './backbone-step.ts';

interface Waiting {
  readonly place: number;
  readonly asked: PromptedBatch;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One backbone for several runs that go on side by side. A step waits until every run that has joined asks for one; then their
 * batches are run together, in the order in which the runs have joined.
 */
export class SharedStep {
  private readonly backbone: BackboneStep;
  private readonly before: (step: number) => Promise<void>;
  /** Steps that have been taken. */
  private steps: number;
  private places = 0;
  private members = 0;
  private waiting: Waiting[] = [];

  /**
   * @param before awaited before each step, with the number of those before it, while every run stands between two steps; what it
   * throws, each of them throws
   * @param from steps that were taken before
   */
  constructor(backbone: BackboneStep, before: (step: number) => Promise<void>, from: number) {
    this.backbone = backbone;
    this.before = before;
    this.steps = from;
  }

  /** A place in the steps for one run, which must be left when the run has ended, or the others would wait for it. */
  join(): { readonly stepper: Stepper; readonly leave: () => void } {
    const place = this.places++;
    this.members++;
    return {
      stepper: {
        run: (batch, virtual) =>
          new Promise((resolve, reject) => {
            this.waiting.push({ place, asked: { batch, virtual }, resolve, reject });
            this.stepWhenAllAsk();
          }),
        loss: (batch, virtual) => this.backbone.loss(batch, virtual),
        release: async () => undefined,
      },
      leave: () => {
        this.members--;
        this.stepWhenAllAsk();
      },
    };
  }

  private stepWhenAllAsk(): void {
    if (this.waiting.length === 0 || this.waiting.length < this.members) return;
    const asking = this.waiting.splice(0).sort((a, b) => a.place - b.place);
    this.step(asking.map(({ asked }) => asked)).then(
      (results) => {
        for (const [i, { resolve }] of asking.entries()) resolve(results[i]!);
      },
      (error: unknown) => {
        for (const { reject } of asking) reject(error);
      },
    );
  }

  private async step(batches: readonly PromptedBatch[]): Promise<StepResult[]> {
    await this.before(this.steps);
    const results = await this.backbone.runTogether(batches);
    this.steps++;
    return results;
  }
}
