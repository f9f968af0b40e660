import { InputError } from '../errors.ts';

/** Why nothing, or not all, could be fetched. */
export type HubErrorReason =
  | 'offline'
  | 'unreachable'
  /** The hub has no such model, or does not show it to this user. */
  | 'not-found'
  /** Its owner asks users to accept terms first. */
  | 'gated'
  | 'token'
  /** The model is there, but is none that could be opened. */
  | 'unusable'
  /** The hub answers, but not as it should. */
  | 'answer'
  | 'checksum'
  | 'disk';

/** A model could not be fetched. The message says why, and what to do. */
export class HubError extends InputError {
  override readonly name = 'HubError';
  readonly reason: HubErrorReason;

  constructor(reason: HubErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Something that may be gone when it is tried again. */
export class Transient extends Error {
  override readonly name = 'Transient';
  /** Seconds after which the hub wants to be asked again, where it says so. */
  readonly after: number | undefined;

  constructor(message: string, after?: number, options?: ErrorOptions) {
    super(message, options);
    this.after = after;
  }
}
