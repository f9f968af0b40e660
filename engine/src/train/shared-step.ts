import type { BackboneStep, PromptedBatch, Stepper, StepResult } from './backbone-step.ts';

interface Waiting {
  readonly asked: PromptedBatch;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One backbone for several runs that go on side by side. A step waits until every run that has joined asks for one; then their
 * batches are run together.
 */
export class SharedStep {
  private readonly backbone: BackboneStep;
  private members = 0;
  private waiting: Waiting[] = [];

  constructor(backbone: BackboneStep) {
    this.backbone = backbone;
  }

  /** A place in the steps for one run, which must be left when the run has ended, or the others would wait for it. */
  join(): { readonly stepper: Stepper; readonly leave: () => void } {
    this.members++;
    let left = false;
    return {
      stepper: {
        run: (batch, virtual) =>
          new Promise((resolve, reject) => {
            this.waiting.push({ asked: { batch, virtual }, resolve, reject });
            this.stepWhenAllAsk();
          }),
        loss: (batch, virtual) => this.backbone.loss(batch, virtual),
        release: async () => undefined,
      },
      leave: () => {
        if (left) return;
        left = true;
        this.members--;
        this.stepWhenAllAsk();
      },
    };
  }

  private stepWhenAllAsk(): void {
    if (this.waiting.length === 0 || this.waiting.length < this.members) return;
    const asking = this.waiting.splice(0);
    this.backbone.runTogether(asking.map(({ asked }) => asked)).then(
      (results) => {
        for (const [i, { resolve }] of asking.entries()) resolve(results[i]!);
      },
      (error: unknown) => {
        for (const { reject } of asking) reject(error);
      },
    );
  }
}
