import type {
  EpochEvent,
  EstimateEvent,
  StartEvent,
  StepEvent,
  ValidationMetrics,
} from '../../../protocol/src/training-events.ts';
import { formatDuration, formatLoss, Progress, progressStream } from '../progress.ts';
import { count, formatBytes, percent } from '../text.ts';
import { RunProgress } from '../train/run-progress.ts';

/** Shows a training run's events on a terminal, or as plain lines where there is none. */
export class TrainingReport {
  private readonly progress: Progress;
  private readonly batchSize: number;
  private readonly label: string;
  private run: RunProgress | undefined;
  private start: StartEvent | undefined;

  /** @param label stands before every line, where there are several runs */
  constructor(batchSize: number, label = '') {
    this.progress = new Progress(progressStream());
    this.batchSize = batchSize;
    this.label = label;
  }

  started(event: StartEvent): void {
    this.start = event;
    this.run = new RunProgress(event, this.batchSize);
    const { tasks, model, device, train_rows, validation_rows, epochs, steps, from_step } = event;
    this.print(
      `Training ${tasks.join(', ')} on ${model} (${device}): ${train_rows} training and ${validation_rows} validation ` +
        `rows, at most ${count(epochs, 'epoch')} of ${count(Math.round(steps / epochs), 'step')}`,
    );
    for (const [task, rows] of Object.entries(event.skipped_rows)) {
      this.print(`${count(rows, 'training row')} of ${task} left out: too long for max_seq_length`);
    }
    if (from_step > 0) this.print(`Going on from step ${from_step}`);
  }

  estimated({ memory_bytes, free_bytes, seconds, message }: EstimateEvent): void {
    const time = seconds === undefined ? '' : ` and at most ${formatDuration(seconds)}`;
    this.print(`It takes about ${formatBytes(memory_bytes)} of memory (${formatBytes(free_bytes)} are free)${time}`);
    if (message) this.print(`warning: ${message}`);
  }

  stepped(event: StepEvent): void {
    const run = this.run!;
    run.stepped(event);
    this.progress.update({ ...run.state, loss: run.state.loss!, rowsPerSecond: run.state.rowsPerSecond ?? 0 });
  }

  epochEnded(event: EpochEvent): void {
    const { epochs, tasks } = this.start!;
    const number = String(event.epoch).padStart(String(epochs).length);
    const facts = [`epoch ${number}/${epochs}`, `train loss ${formatLoss(event.train_loss)}`];
    if (event.validation_loss !== null) facts.push(`validation loss ${formatLoss(event.validation_loss)}`);
    const only = tasks.length === 1 ? event.validation[tasks[0]!] : undefined;
    if (only) facts.push(...metricTexts(only));
    if (event.best && event.validation_loss !== null) facts.push('← best');
    this.print(facts.join('  '));
    if (tasks.length === 1) return;
    for (const [task, metrics] of Object.entries(event.validation)) {
      this.print(`  ${[task, `loss ${formatLoss(metrics.loss)}`, ...metricTexts(metrics)].join('  ')}`);
    }
  }

  print(line: string): void {
    this.progress.print(this.label === '' ? line : `${this.label}  ${line}`);
  }

  /** Takes the progress line away. */
  done(): void {
    this.progress.done();
  }
}

/** `accuracy 81.6%`, `macro-F1 0.803`, as far as they were measured. */
export function metricTexts(metrics: Partial<ValidationMetrics>): string[] {
  const { accuracy, macro_f1, intent_accuracy, slot_f1, word_f1 } = metrics;
  return [
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    ...(macro_f1 === undefined ? [] : [`macro-F1 ${macro_f1.toFixed(3)}`]),
    ...(intent_accuracy === undefined ? [] : [`intent ${percent(intent_accuracy)}`]),
    ...(slot_f1 === undefined ? [] : [`slot F1 ${slot_f1.toFixed(3)}`]),
    ...(word_f1 === undefined ? [] : [`word F1 ${word_f1.toFixed(3)}`]),
  ];
}
