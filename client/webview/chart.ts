import type { ChartState, FromChart, ToChart } from '../src/chart/chart-messages.ts';
import { ChartPage } from './chart-page.ts';

interface VsCode {
  postMessage(message: FromChart): void;
  /** What was kept of this tab while another one covered it, or the window was reloaded. */
  getState(): ChartState | undefined;
  setState(state: ChartState): void;
}

declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const given = JSON.parse(document.body.dataset.chart!) as ChartState;
const scale = { isLogarithmic: vscode.getState()?.isLogarithmic === true, changed: keepState };
const page = new ChartPage(document.getElementById('chart')!, scale);
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

keepState();
vscode.postMessage({ type: 'ready' });

function keepState(): void {
  vscode.setState({ ...given, isLogarithmic: scale.isLogarithmic });
}

function drawSoon(): void {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => page.draw());
}
