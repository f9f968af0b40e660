/** What a process is there for. */
export interface Role {
  /** Brings what is going on to an end; a run is paused. */
  end(): Promise<void>;
}
