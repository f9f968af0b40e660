import uPlot from 'uplot';
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

/** One chart with its heading. Its cursor moves with the pointer and the arrow keys, and says what it is at. */
export class PanelPlot {
  readonly #plot: uPlot;
  readonly #words: ChartWords;
  readonly #format: Format;
  #steps: readonly [number, number];

  constructor({ title, data, series, steps }: Panel, parent: HTMLElement, words: ChartWords, format: Format) {
    this.#words = words;
    this.#format = format;
    this.#steps = steps;
    const heading = document.createElement('h2');
    heading.textContent = title;
    const place = document.createElement('div');
    parent.append(heading, place);
    const style = getComputedStyle(document.body);
    const colour = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
    const foreground = colour('--vscode-foreground', '#808080');
    const grid = { stroke: colour('--vscode-editorWidget-border', '#80808040'), width: 1 };
    const axis = {
      stroke: foreground,
      grid,
      ticks: grid,
      values: (_: uPlot, splits: number[]) => splits.map(format.short),
    };
    const value = (_: uPlot, at: number | null) => (at === null ? '–' : format.short(at));
    this.#plot = new uPlot(
      {
        width: widthIn(parent.clientWidth),
        height: HEIGHT,
        cursor: { sync: { key: TOGETHER } },
        scales: { x: { time: false, range: () => [...this.#steps] } },
        axes: [
          { ...axis, label: words.step },
          { ...axis, size: 70 },
        ],
        series: [
          { label: words.step, value },
          ...series.map(({ label, colourName, isDashed, hasPoints }) => ({
            label,
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
      data,
      place,
    );
    this.#takeKeys(title);
    this.#makeLegendButtons();
    this.#sayCursor();
  }

  update({ data, steps }: Panel, width: number): void {
    if (this.#plot.width !== widthIn(width)) this.#plot.setSize({ width: widthIn(width), height: HEIGHT });
    this.#steps = steps;
    this.#plot.setData(data);
    this.#sayCursor();
  }

  destroy(): void {
    this.#plot.destroy();
  }

  get #wrap(): HTMLElement {
    return this.#plot.root.querySelector<HTMLElement>('.u-wrap')!;
  }

  /** A canvas says nothing to a screen reader; as a slider over the steps it says its numbers, and takes the arrow keys. */
  #takeKeys(title: string): void {
    const wrap = this.#wrap;
    wrap.tabIndex = 0;
    wrap.setAttribute('role', 'slider');
    wrap.setAttribute('aria-label', `${title}. ${this.#words.numbers}`);
    wrap.addEventListener('keydown', (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      const [steps] = this.#plot.data;
      const last = steps.length - 1;
      const wanted = move(this.#plot.cursor.idx ?? last, last);
      const place = Math.min(Math.max(wanted, 0), last);
      // The height is that of the pointer; with the keys there is none.
      for (const plot of uPlot.sync(TOGETHER).plots) {
        plot.setCursor({ left: plot.valToPos(steps[place]!, 'x'), top: 0 });
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
    const wrap = this.#wrap;
    wrap.setAttribute('aria-valuemin', String(steps[0] ?? 0));
    wrap.setAttribute('aria-valuemax', String(steps.at(-1) ?? 0));
    wrap.setAttribute('aria-valuenow', String(steps[place] ?? 0));
    wrap.setAttribute('aria-valuetext', [`${this.#words.step} ${steps[place] ?? 0}`, ...values].join(', '));
  }

  /** A line is hidden, and shown again, by its name in the legend. */
  #makeLegendButtons(): void {
    const [, ...rows] = this.#plot.root.querySelectorAll('.u-legend .u-series');
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

const widthIn = (width: number) => Math.max(LEAST_WIDTH, width);
