import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // onnxruntime-node dies in worker threads now and then; processes are safe.
    pool: 'forks',
    // Far above what any test takes, so that a busy machine fails none.
    testTimeout: 120_000,
  },
});
