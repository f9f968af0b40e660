import type { ChartRun, ToChart } from '../src/chart/chart-messages.ts';
import { grownRun } from '../src/chart/grown-run.ts';
import type { Format } from './format.ts';
import { formatFor } from './format.ts';
import { numbersTable } from './numbers-table.ts';
import { type LossScale, PanelPlot } from './panel-plot.ts';
import { panelsOf } from './panels.ts';

type Shown = Extract<ToChart, { type: 'show' }>;

/**
 * The charts and the table of some runs. What is there stays while a run goes on, and only grows: whoever is reading a
 * number or has the focus on a chart keeps their place.
 */
export class ChartPage {
  readonly #main: HTMLElement;
  readonly #scale: LossScale;
  #runs: readonly ChartRun[] = [];
  #words: Shown['words'] | undefined;
  #format: Format | undefined;
  #plots: readonly PanelPlot[] = [];
  #tables: readonly HTMLElement[] = [];
  /** What is drawn: runs, lines and colours; undefined where all is to be drawn anew. */
  #drawn: string | undefined;
  #epochs = 0;

  /** @param scale of losses */
  constructor(main: HTMLElement, scale: LossScale) {
    this.#main = main;
    this.#scale = scale;
  }

  take(message: ToChart): void {
    if (message.type === 'show') {
      this.#runs = message.runs;
      this.#words = message.words;
      this.#format = formatFor(message.locale);
      this.#drawn = undefined;
    } else {
      const { dir, steps, epochs } = message;
      this.#runs = this.#runs.map((run) => (run.dir === dir ? grownRun(run, steps, epochs) : run));
    }
  }

  forgetColours(): void {
    this.#drawn = undefined;
  }

  draw(): void {
    const [words, format] = [this.#words, this.#format];
    if (!words || !format) return;
    const isEmpty = this.#runs.every(({ steps }) => steps.length === 0);
    const panels = isEmpty ? [] : panelsOf(this.#runs, words);
    const structure = JSON.stringify(panels.map(({ title, series }) => [title, series.map(({ label }) => label)]));
    const epochs = this.#runs.reduce((sum, run) => sum + run.epochs.length, 0);
    if (structure === this.#drawn) {
      for (const [place, plot] of this.#plots.entries()) plot.update(panels[place]!, this.#main.clientWidth);
    } else {
      for (const plot of this.#plots) plot.destroy();
      const names = this.#runs.map(({ name }) => name).join(', ');
      const title = element('h1', names === '' ? words.title : `${words.title}: ${names}`);
      this.#main.replaceChildren(title);
      if (isEmpty) this.#main.append(element('p', words.empty));
      this.#plots = panels.map((panel) => new PanelPlot(panel, this.#main, words, format, this.#scale));
      this.#tables = [];
      this.#drawn = structure;
    }
    if (isEmpty || (this.#tables.length > 0 && epochs === this.#epochs)) return;
    for (const table of this.#tables) table.remove();
    this.#tables = numbersTable(this.#runs, words, format);
    this.#main.append(...this.#tables);
    this.#epochs = epochs;
  }
}

function element(name: 'h1' | 'p', text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
