// ── devices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the runtime calls an execution provider. */
export type DeviceName = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface DevicesParams {
  /** Try them again, whatever is remembered of an earlier time. */
  readonly refresh: boolean;
}

export interface DevicesResult {
  readonly devices: readonly DeviceFinding[];
  /** What training and prediction use where no device is named. */
  readonly used: DeviceName;
  readonly cpu: { readonly model: string; readonly cores: number; readonly memoryBytes: number };
  /** Version of ONNX Runtime. */
  readonly runtime: string;
}

/** The hardware behind a device. */
export interface Adapter {
  readonly name: string;
  /** Whether it is none: a driver that computes on the CPU. It is never taken unless it is asked for. */
  readonly software: boolean;
  /** Its own memory; left out where the system does not tell. */
  readonly memoryBytes?: number;
  /** Version or name of its driver. */
  readonly driver?: string;
}

export interface DeviceFinding {
  readonly name: DeviceName;
  /**
   * - `works`: a small training step gave the right gradient on it
   * - `fails`: it was tried, and the runtime said why not, or gave wrong numbers
   * - `died`: the process that tried it crashed, or did not end in time
   * - `absent`: the installed runtime has no such provider
   */
  readonly state: 'works' | 'fails' | 'died' | 'absent';
  /** For the user: why it cannot be used, or why it is not although it works. Undefined for one that may be used. */
  readonly reason: string | undefined;
  readonly adapter: Adapter | undefined;
  /** Whether a training step in float16 gave the right gradient, too; false where none was tried, as on the CPU. */
  readonly float16: boolean;
  /** A library that is missing, where the runtime named one. */
  readonly missing: string | undefined;
  /** What the probe took, loading included; undefined where nothing was tried. */
  readonly milliseconds: number | undefined;
  /** Whether the finding is of an earlier time with the same runtime, system and drivers. */
  readonly remembered: boolean;
}

export interface PlanFetchCudaResult {
  readonly bytes: number;
  /** None where all is fetched, be it unpacked or not. */
  readonly missingBytes: number;
  /** Where it is kept. */
  readonly folder: string;
  /** Of the program that is fetched; NVIDIA's own libraries are not in it. */
  readonly licence: string;
}

export interface FetchCudaParams {
  readonly token: string;
}

export interface FetchCudaResult {
  readonly folder: string;
}
