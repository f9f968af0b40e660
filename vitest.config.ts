import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { testsThatMockModules } from './test/tests-that-mock-modules.ts';
import { DRIVER_ENVIRONMENT } from './test/webgpu/driver.ts';

const common = {
  // onnxruntime-node dies in worker threads now and then; processes are safe.
  pool: 'forks',
  // Two share two processors well, as what they start waits now and then.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Far above what any test takes, so that a busy machine fails none.
  testTimeout: 120_000,
} as const;

const BUILD = 'test/e2e/build-programs.ts';
const mocking = testsThatMockModules();

export default defineConfig({
  test: {
    globalSetup: 'test/temporary-folder.ts',
    projects: [
      // Its longest file takes the longest of all, and would be alone at the end.
      {
        test: {
          ...common,
          name: 'webgpu',
          include: ['test/webgpu/*.test.ts'],
          globalSetup: ['test/webgpu/install-driver.ts', BUILD],
          env: DRIVER_ENVIRONMENT,
          // A driver without hardware compiles shaders for seconds on an idle machine.
          testTimeout: 300_000,
        },
      },
      { test: { ...common, name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup: BUILD } },
      { test: { ...common, name: 'mocking', include: mocking } },
      // A process for all files that a worker takes: to start one, and to load the same modules, took longer than most files.
      {
        test: {
          ...common,
          name: 'shared',
          include: ['test/{golden,unit}/**/*.test.ts'],
          exclude: mocking,
          isolate: false,
        },
      },
    ],
  },
});
