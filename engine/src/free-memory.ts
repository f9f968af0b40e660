import os from 'node:os';

/**
 * Bytes that this process could have besides what it has: what the system would give without swapping, and no more than the limit of
 * a container.
 */
export function freeMemory(): number {
  // macOS counts memory as used that it gives back when it is asked for.
  const free = os.platform() === 'darwin' ? Math.max(os.freemem(), os.totalmem() / 2) : os.freemem();
  // Node 20.13 and 22 know the limits of control groups.
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory && os.platform() === 'linux' ? Math.min(free, availableMemory()) : free;
}
