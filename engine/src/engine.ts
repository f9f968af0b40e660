import { isMainThread } from 'node:worker_threads';

// The watchdog is the same program in a thread of its own: a file more would have to be found when the program is packed.
if (isMainThread) {
  const { main } = await import('./process/main.ts');
  await main(process.argv.slice(2), new URL(import.meta.url));
} else {
  const { watch } = await import('./process/watchdog.ts');
  watch();
}
