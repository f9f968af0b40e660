import uPlot, { type AlignedData } from 'uplot';
import type { ChartWords } from '../src/chart/chart-messages.ts';
import type { Format } from './format.ts';
import type { Panel } from './panels.ts';

const HEIGHT = 220;
const LEAST_WIDTH = 320;

/** The charts whose cursors move together: all of the page. */
const TOGETHER = 'runs';

/** How far a key moves the cursor, in steps that are drawn; `PageUp` and `PageDown` go a tenth of the way. */
const MOVES: Readonly<Record<string, (place: number, last: number) => number>> = {
  ArrowLeft: (place) => place - 1,
  ArrowDown: (place) => place - 1,
  ArrowRight: (place) => place + 1,
  ArrowUp: (place) => place + 1,
  PageUp: (place, last) => place + Math.ceil(last / 10),
  PageDown: (place, last) => place - Math.ceil(last / 10),
  Home: () => 0,
  End: (_, last) => last,
};

/** How losses are drawn, which fall by powers of ten. */
export interface LossScale {
  isLogarithmic: boolean;
  /** To be called when it has changed. */
  changed(): void;
}

/** How uPlot calls its scales. */
const DISTRIBUTION = { linear: 1, logarithmic: 3 } as const;

/** One chart with its heading. Its cursor moves with the pointer and the arrow keys, and says what it is at. */
export class PanelPlot {
  readonly #place = document.createElement('div');
  readonly #words: ChartWords;
  readonly #format: Format;
  readonly #scale: LossScale | undefined;
  #panel: Panel;
  #plot: uPlot;

  /** @param scale for a panel of losses; the others are linear */
  constructor(panel: Panel, parent: HTMLElement, words: ChartWords, format: Format, scale: LossScale) {
    this.#panel = panel;
    this.#words = words;
    this.#format = format;
    this.#scale = panel.isLoss ? scale : undefined;
    const heading = document.createElement('h2');
    heading.textContent = panel.title;
    parent.append(heading, ...(this.#scale ? [this.#scaleButton(this.#scale)] : []), this.#place);
    this.#plot = this.#drawn(parent.clientWidth);
    this.#sayCursor();
  }

  /** @param before the same chart on another scale, whose lines are hidden here, too */
  #drawn(width: number, before?: uPlot): uPlot {
    const { title, series } = this.#panel;
    const style = getComputedStyle(document.body);
    const colour = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
    const foreground = colour('--vscode-foreground', '#808080');
    const grid = { stroke: colour('--vscode-editorWidget-border', '#80808040'), width: 1 };
    const axis = {
      stroke: foreground,
      grid,
      ticks: grid,
      // On a logarithmic scale, a line of the grid that gets no number is null.
      values: (_: uPlot, splits: (number | null)[]) =>
        splits.map((at) => (at === null ? null : this.#format.short(at))),
    };
    const value = (_: uPlot, at: number | null) => (at === null ? '–' : this.#format.short(at));
    const plot = new uPlot(
      {
        width: widthIn(width),
        height: HEIGHT,
        cursor: { sync: { key: TOGETHER } },
        scales: {
          x: { time: false, range: () => [...this.#panel.steps] },
          y: { distr: DISTRIBUTION[this.#scale?.isLogarithmic ? 'logarithmic' : 'linear'] },
        },
        axes: [
          { ...axis, label: this.#words.step },
          { ...axis, size: 70 },
        ],
        series: [
          { label: this.#words.step, value },
          ...series.map(({ label, colourName, isDashed, hasPoints }, line) => ({
            label,
            show: before?.series[line + 1]?.show ?? true,
            value,
            stroke: colour(colourName, foreground),
            width: 2,
            spanGaps: true,
            points: { show: hasPoints },
            ...(isDashed ? { dash: [6, 4] } : {}),
          })),
        ],
        hooks: { setCursor: [() => this.#sayCursor()] },
      },
      this.#drawable,
      this.#place,
    );
    this.#takeKeys(plot, title);
    this.#makeLegendButtons(plot);
    return plot;
  }

  update(panel: Panel, width: number): void {
    if (this.#plot.width !== widthIn(width)) this.#plot.setSize({ width: widthIn(width), height: HEIGHT });
    this.#panel = panel;
    this.#plot.setData(this.#drawable);
    this.#sayCursor();
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #scaleButton(scale: LossScale): HTMLElement {
    const button = document.createElement('button');
    button.textContent = this.#words.logarithmic;
    const sayState = () => button.setAttribute('aria-pressed', String(scale.isLogarithmic));
    sayState();
    button.addEventListener('click', () => {
      scale.isLogarithmic = !scale.isLogarithmic;
      scale.changed();
      sayState();
      const before = this.#plot;
      before.destroy();
      this.#plot = this.#drawn(before.width, before);
      this.#sayCursor();
    });
    return button;
  }

  /** A logarithmic scale has no place for what is not above nought. */
  get #drawable(): AlignedData {
    const [steps, ...lines] = this.#panel.data;
    if (!this.#scale?.isLogarithmic) return this.#panel.data;
    return [steps, ...lines.map((line) => Array.from(line, (value) => (value && value > 0 ? value : null)))];
  }

  /** A canvas says nothing to a screen reader; as a slider over the steps it says its numbers, and takes the arrow keys. */
  #takeKeys(plot: uPlot, title: string): void {
    const wrap = wrapOf(plot);
    wrap.tabIndex = 0;
    wrap.setAttribute('role', 'slider');
    wrap.setAttribute('aria-label', `${title}. ${this.#words.numbers}`);
    wrap.addEventListener('keydown', (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      const [steps] = plot.data;
      const last = steps.length - 1;
      const wanted = move(plot.cursor.idx ?? last, last);
      const place = Math.min(Math.max(wanted, 0), last);
      // The height is that of the pointer; with the keys there is none.
      for (const each of uPlot.sync(TOGETHER).plots) {
        each.setCursor({ left: each.valToPos(steps[place]!, 'x'), top: 0 });
      }
    });
  }

  #sayCursor(): void {
    const plot = this.#plot;
    // It is called once while the plot is being made.
    if (!plot) return;
    const [steps, ...lines] = plot.data;
    const place = plot.cursor.idx ?? steps.length - 1;
    const values = lines.flatMap((line, i) => {
      const value = line[place];
      return value === null || value === undefined
        ? []
        : [`${plot.series[i + 1]!.label}: ${this.#format.short(value)}`];
    });
    const wrap = wrapOf(plot);
    wrap.setAttribute('aria-valuemin', String(steps[0] ?? 0));
    wrap.setAttribute('aria-valuemax', String(steps.at(-1) ?? 0));
    wrap.setAttribute('aria-valuenow', String(steps[place] ?? 0));
    wrap.setAttribute('aria-valuetext', [`${this.#words.step} ${steps[place] ?? 0}`, ...values].join(', '));
  }

  /** A line is hidden, and shown again, by its name in the legend. */
  #makeLegendButtons(plot: uPlot): void {
    const [, ...rows] = plot.root.querySelectorAll('.u-legend .u-series');
    for (const row of rows) {
      const name = row.querySelector('th')!;
      name.tabIndex = 0;
      name.setAttribute('role', 'button');
      const sayState = () => name.setAttribute('aria-pressed', String(!row.classList.contains('u-off')));
      sayState();
      name.addEventListener('click', sayState);
      name.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        name.click();
      });
    }
  }
}

const wrapOf = ({ root }: uPlot) => root.querySelector<HTMLElement>('.u-wrap')!;

const widthIn = (width: number) => Math.max(LEAST_WIDTH, width);
