import { defineConfig } from 'vitest/config';

// `npm run test:editors` needs the editors themselves, so it is not part of `npm test`.
export default defineConfig({
  test: {
    include: ['test/editors/*.test.ts'],
    globalSetup: 'test/e2e/build-programs.ts',
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
