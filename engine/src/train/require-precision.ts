import { t } from '../../../l10n/src/words.ts';
import type { TaskFile } from '../../../task/src/types.ts';
import { InputError } from '../errors.ts';

/** @throws InputError where steps on a device are not computed in this precision */
export function requirePrecision(precision: TaskFile['trainer']['precision'], device: string): void {
  if (precision === 'int8' && device !== 'cpu') {
    throw new InputError(
      t('"trainer.precision": int8 is for the CPU, not for {0}; choose device cpu, or float32', device),
    );
  }
  if (precision === 'float16' && device === 'cpu') {
    throw new InputError(
      t('"trainer.precision": float16 is for devices that compute in it, not for the CPU; choose float32'),
    );
  }
}
