/** Whether a task file may be told to an engine. Each throws EngineError where it may not. */
export interface Permit {
  /** For what the user has asked for, who may be asked in turn and waited for. */
  ask(file: string): Promise<void>;
  /** For what is shown by itself. */
  require(file: string): Promise<void>;
}
