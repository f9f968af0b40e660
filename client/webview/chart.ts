import uPlot from 'uplot';
import type { ChartRun, ChartState, ChartWords, FromChart, ToChart } from '../src/chart/chart-messages.ts';
import { numbersTable } from './numbers-table.ts';
import { type Panel, panelsOf } from './panels.ts';

interface VsCode {
  postMessage(message: FromChart): void;
  setState(state: ChartState): void;
}

declare function acquireVsCodeApi(): VsCode;

const HEIGHT = 220;
const vscode = acquireVsCodeApi();
const main = document.getElementById('chart')!;

let runs: ChartRun[] = [];
let words: ChartWords | undefined;
let plots: uPlot[] = [];
let drawing = 0;

window.addEventListener('message', ({ data }: MessageEvent<ToChart>) => {
  if (data.type === 'show') {
    runs = [...data.runs];
    words = data.words;
  } else {
    runs = runs.map((run) =>
      run.dir === data.dir
        ? { ...run, steps: [...run.steps, ...data.steps], epochs: [...run.epochs, ...data.epochs] }
        : run,
    );
  }
  drawSoon();
});

// Colours are drawn into a canvas, so that they do not follow the theme by themselves.
new MutationObserver(drawSoon).observe(document.body, { attributes: true, attributeFilter: ['class'] });
window.addEventListener('resize', drawSoon);

vscode.setState(JSON.parse(document.body.dataset.chart!) as ChartState);
vscode.postMessage({ type: 'ready' });

function drawSoon(): void {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(draw);
}

function draw(): void {
  if (!words) return;
  for (const plot of plots) plot.destroy();
  plots = [];
  const title = document.createElement('h1');
  title.textContent = `${words.title}: ${runs.map(({ name }) => name).join(', ')}`;
  main.replaceChildren(title);
  if (runs.every(({ steps }) => steps.length === 0)) {
    const empty = document.createElement('p');
    empty.textContent = words.empty;
    main.append(empty);
    return;
  }
  for (const panel of panelsOf(runs, words)) main.append(...plotOf(panel));
  main.append(...numbersTable(runs, words));
}

function plotOf(panel: Panel): HTMLElement[] {
  const heading = document.createElement('h2');
  heading.textContent = panel.title;
  const place = document.createElement('div');
  // A canvas says nothing to a screen reader; the table below has the same numbers.
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${panel.title}. ${words!.numbers}`);
  const style = getComputedStyle(document.body);
  const colour = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const foreground = colour('--vscode-foreground', '#808080');
  const grid = { stroke: colour('--vscode-editorWidget-border', '#80808040'), width: 1 };
  const axis = { stroke: foreground, grid, ticks: grid };
  const { data, series } = panel;
  const plot = new uPlot(
    {
      width: Math.max(320, main.clientWidth),
      height: HEIGHT,
      cursor: { sync: { key: 'runs' } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, label: words!.step },
        { ...axis, size: 70 },
      ],
      series: [
        { label: words!.step },
        ...series.map(({ label, colourName, isDashed, hasPoints }) => ({
          label,
          stroke: colour(colourName, foreground),
          width: 2,
          spanGaps: true,
          points: { show: hasPoints },
          ...(isDashed ? { dash: [6, 4] } : {}),
        })),
      ],
    },
    data,
    place,
  );
  plots.push(plot);
  return [heading, place];
}
