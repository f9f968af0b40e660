import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { PURE_FOLDERS } from './test/pure-folders.ts';
import { DRIVER_ENVIRONMENT } from './test/webgpu/driver.ts';

const common = {
  // onnxruntime-node dies in worker threads now and then; processes are safe.
  pool: 'forks',
  // Two share two processors well, as what they start waits now and then.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Far above what any test takes, so that a busy machine fails none.
  testTimeout: 120_000,
} as const;

const pure = `test/unit/{${PURE_FOLDERS.join()}}/**/*.test.ts`;

export default defineConfig({
  test: {
    projects: [
      // Its longest file takes the longest of all, and would be alone at the end.
      {
        test: {
          ...common,
          name: 'webgpu',
          include: ['test/webgpu/*.test.ts'],
          globalSetup: 'test/webgpu/install-driver.ts',
          env: DRIVER_ENVIRONMENT,
          // A driver without hardware compiles shaders for seconds on an idle machine.
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...common,
          name: 'ptask',
          include: ['test/**/*.test.ts'],
          exclude: ['test/webgpu/**', 'test/editors/**', pure],
        },
      },
      // A process for all files that a worker takes: to start one, and to load the same modules, took longer than most files.
      { test: { ...common, name: 'pure', include: [pure], isolate: false } },
    ],
  },
});
