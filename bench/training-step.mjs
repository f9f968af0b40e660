/*
 * Measurements of one training step, each in a process of its own: ptask's, PEFT's on the same folder, and the machine's matrix
 * speed at the step's number of tokens. What several scripts beside this one put into tables.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { irreducibleFlops } from './irreducible-work.mjs';

/** Tokens at the end of each row that are predicted. */
export const ANSWER = 2;

/** The sizes of a GPT-2 in a folder. */
export function modelSizes(folder) {
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
  return {
    hidden: config.n_embd,
    inner: config.n_inner ?? 4 * config.n_embd,
    layers: config.n_layer,
    vocab: config.vocab_size,
  };
}

/** `10x64x8`: virtual tokens, other tokens of a row, rows. */
export function shapeOf(text) {
  const [virtual, length, batch] = text.split('x').map(Number);
  return { virtual, length, batch };
}

export function ptaskStep(model, shape, options = []) {
  const ptask = path.join(import.meta.dirname, '../dist/ptask.js');
  return lastJson(process.execPath, [ptask, 'bench', ...sizeArguments(model, shape), ...options, '--json']);
}

export function peftStep(python, model, shape, steps, options = []) {
  const script = path.join(import.meta.dirname, 'peft_step.py');
  return lastJson(python, [script, ...sizeArguments(model, shape), '--steps', String(steps), ...options]);
}

/** GFLOP/s at which ONNX Runtime multiplies matrices of this step's sizes. */
export function matrixSpeed({ hidden, inner }, { virtual, length, batch }) {
  const rows = virtual + batch * (length - 1);
  const script = path.join(import.meta.dirname, 'matrix-speed.mjs');
  return lastJson(process.execPath, [script, rows, hidden, inner].map(String)).gflops;
}

/** Of the time that a step took, what its irreducible work takes at the machine's matrix speed. */
export function shareOfSpeed(sizes, shape, gflops, milliseconds) {
  return irreducibleFlops({ ...sizes, ...shape, answer: ANSWER }) / (gflops * 1e6) / milliseconds;
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The median, with the smallest and the largest. */
export function spread(numbers) {
  if (numbers.length === 1) return String(Math.round(numbers[0]));
  return `${Math.round(median(numbers))} (${Math.round(Math.min(...numbers))}–${Math.round(Math.max(...numbers))})`;
}

export const percent = (share) => `${Math.round(100 * share)} %`;

function sizeArguments(model, { virtual, length, batch }) {
  return Object.entries({ model, virtual, length, batch, answer: ANSWER }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
}

/** Milliseconds after which a measurement hangs, as in a driver. */
const LONGEST = 30 * 60_000;

/** What it says on standard error stands in the error where it fails. */
function lastJson(file, args) {
  const stdio = ['ignore', 'pipe', 'pipe'];
  const said = execFileSync(file, args, { encoding: 'utf8', stdio, timeout: LONGEST, killSignal: 'SIGKILL' });
  return JSON.parse(said.trim().split('\n').at(-1));
}
