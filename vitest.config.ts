import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // onnxruntime-node dies in worker threads now and then; processes are safe.
    pool: 'forks',
    testTimeout: 30_000,
  },
});
