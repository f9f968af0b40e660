import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { add } from '../../../engine/src/onnx/operators.ts';
import { Session } from '../../../engine/src/runtime/session.ts';

const OPEN_FILES = '/proc/self/fd';

/** What this process has open, where the system tells. */
function openFiles(): string[] {
  if (!existsSync(OPEN_FILES)) return [];
  return readdirSync(OPEN_FILES).flatMap((name) => {
    try {
      return [readlinkSync(path.join(OPEN_FILES, name))];
    } catch {
      // It was the listing's own.
      return [];
    }
  });
}

it('the runtime keeps no diary of its use, and so has nothing to report', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', add(x, x));
  const session = await Session.create(graph);
  await session.run({ x: { type: 'float32', dims: [1], data: Float32Array.of(1) } });
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
  // The diary's database and the log of what sends it.
  expect(openFiles().filter((file) => /onnxruntime\.db|mat-debug/.test(file))).toEqual([]);
  await session.release();
});
