import type { ChartState, FromChart, ToChart } from '../src/chart/chart-messages.ts';
import { ChartPage } from './chart-page.ts';

interface VsCode {
  postMessage(message: FromChart): void;
  setState(state: ChartState): void;
}

declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const page = new ChartPage(document.getElementById('chart')!);
let drawing = 0;

window.addEventListener('message', ({ data }: MessageEvent<ToChart>) => {
  page.take(data);
  drawSoon();
});

// Colours are drawn into a canvas, so that they do not follow the theme by themselves.
new MutationObserver(() => {
  page.forgetColours();
  drawSoon();
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });
window.addEventListener('resize', drawSoon);

vscode.setState(JSON.parse(document.body.dataset.chart!) as ChartState);
vscode.postMessage({ type: 'ready' });

function drawSoon(): void {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => page.draw());
}
