import type { TaskContext } from '../../../task/src/context.ts';
import type { DataFacts } from '../../../task/src/data-facts.ts';
import type { Surroundings } from '../../../task/src/rule.ts';

/** What is known of a task file when something about it is asked. */
export interface Knowledge {
  readonly context: TaskContext;
  /** What its rows say; undefined while they have not been read. */
  readonly data: DataFacts | undefined;
  /** Its model and prompt table; undefined while they have not been looked at. */
  readonly surroundings: Surroundings | undefined;
}
