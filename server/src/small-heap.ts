import { setFlagsFromString } from 'node:v8';

/**
 * Has the memory of this process grow by little, and be cleared often and in short pauses. Reading rows makes much garbage
 * and keeps little: that takes half the memory and about the same time. An editor has many such programs beside it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
