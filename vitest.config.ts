import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { DRIVER_ENVIRONMENT } from './test/webgpu/driver.ts';

/** What a process takes at its fullest depends on when its memory is collected, which is late on a busy machine. */
const ALONE = ['test/e2e/memory.test.ts'];

const common = {
  // onnxruntime-node dies in worker threads now and then; processes are safe.
  pool: 'forks',
  // Two share two processors well, as what they start waits now and then.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  sequence: { groupOrder: 0 },
  // Far above what any test takes, so that a busy machine fails none.
  testTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'ptask', include: ['test/**/*.test.ts'], exclude: ['test/webgpu/**', ...ALONE] } },
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
      { test: { ...common, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
