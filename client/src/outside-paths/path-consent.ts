import { NotAllowed } from '../engine/engine-error.ts';
import type { Permit } from '../engine/permit.ts';

/** What the user has said to a task file’s paths that leave the workspace. */
export interface Decisions {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

/** What the consent needs of the window. */
export interface ConsentHost {
  /** The paths of a task file that leave the workspace. */
  outside(file: string): Promise<readonly string[]>;
  /** @param isWaitedFor a command waits for the answer @returns undefined where the user gave none */
  question(file: string, paths: readonly string[], isWaitedFor: boolean): Promise<boolean | undefined>;
  decisions(file: string): Decisions | undefined;
  remember(file: string, decisions: Decisions): Thenable<void>;
  /** What the engine's refusal says to the user. */
  readonly refusal: string;
  /** A question was answered with yes, so that what was refused before may be asked for again. */
  allowed(): void;
}

/**
 * Whether the engine may be told of a task file. Where its paths leave the workspace the user is asked, once for each path;
 * the answer is remembered with the workspace. The engine reads nothing before it; the language server, which only shows what is
 * wrong with a file, does.
 */
export class PathConsent implements Permit {
  readonly #host: ConsentHost;
  /** Questions that have been put in this window and not been answered with yes, so that they are not put again unasked. */
  readonly #put = new Set<string>();
  readonly #open = new Map<string, Promise<boolean>>();

  constructor(host: ConsentHost) {
    this.#host = host;
  }

  /** For what the user has asked for: waits for an answer; one that was no is asked for again. @throws NotAllowed */
  async ask(file: string): Promise<void> {
    const missing = await this.#missing(file);
    if (missing.length > 0 && !(await this.#question(file, missing, true))) throw this.#refusal();
  }

  /** For what is shown by itself: puts the question where it has not been put, and waits for nothing. @throws NotAllowed */
  async require(file: string): Promise<void> {
    const missing = await this.#missing(file);
    if (missing.length === 0) return;
    const denied = this.#host.decisions(file)?.denied ?? [];
    const key = keyOf(file, missing);
    if (!missing.every((path) => denied.includes(path)) && !this.#put.has(key)) {
      void this.#question(file, missing, false);
    }
    throw this.#refusal();
  }

  async #missing(file: string): Promise<string[]> {
    const allowed = this.#host.decisions(file)?.allowed ?? [];
    return (await this.#host.outside(file)).filter((path) => !allowed.includes(path));
  }

  /** One question at a time about the same paths; whoever comes later gets the same answer. */
  #question(file: string, missing: readonly string[], isWaitedFor: boolean): Promise<boolean> {
    const key = keyOf(file, missing) + String(isWaitedFor);
    const present = this.#open.get(key);
    if (present) return present;
    this.#put.add(keyOf(file, missing));
    const asked = this.#host.question(file, missing, isWaitedFor).finally(() => this.#open.delete(key));
    const answer = asked.then(async (isAllowed) => {
      if (isAllowed === undefined) return false;
      const known = this.#host.decisions(file);
      const others = (paths: readonly string[] = []) => paths.filter((path) => !missing.includes(path));
      await this.#host.remember(file, {
        allowed: isAllowed ? [...(known?.allowed ?? []), ...missing] : (known?.allowed ?? []),
        denied: isAllowed ? others(known?.denied) : [...others(known?.denied), ...missing],
      });
      if (isAllowed) this.#host.allowed();
      return isAllowed;
    });
    this.#open.set(key, answer);
    return answer;
  }

  #refusal(): NotAllowed {
    return new NotAllowed(this.#host.refusal, 'input');
  }
}

const keyOf = (file: string, paths: readonly string[]) => [file, ...paths].join('\0');
