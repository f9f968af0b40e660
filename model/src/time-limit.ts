import { type Context, createContext, Script } from 'node:vm';

/**
 * Does work that may go on without end, and that nothing but V8 itself can stop, such as a regular expression that tries things.
 * What has been stopped may have left anything half done.
 */
export class TimeLimit {
  #room: { readonly context: Context; readonly script: Script } | undefined;

  /**
   * What the work gives. A call takes some 70 microseconds, for a thread that looks at the clock.
   * @throws OutOfTime; what the work throws
   */
  run<T>(milliseconds: number, work: () => T): T {
    this.#room ??= { context: createContext({}), script: new Script('work()') };
    const { context, script } = this.#room;
    context.work = work;
    try {
      return script.runInContext(context, { timeout: Math.max(1, Math.ceil(milliseconds)) }) as T;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new OutOfTime() : error;
    } finally {
      context.work = undefined;
    }
  }
}

/** Work was stopped since it took too long. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}
