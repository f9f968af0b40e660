// ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────
export interface ModelsParams {
  /** Absolute path of the task file that is to have a model; what fits its language is suggested. */
  readonly taskFile: string;
  /** Folders that may hold models, such as those of the workspace. */
  readonly folders: readonly string[];
}

export interface ModelsResult {
  /** The model of the task file as it stands in the list, whether it does or not. */
  readonly current: string;
  readonly language: string | null;
  /** Bytes that this machine has, or that the process may use. */
  readonly memoryBytes: number;
  /** The step that estimates are for. */
  readonly step: { readonly rows: number; readonly tokensARow: number };
  /** Those that are there first: demo models, those of the Hugging Face cache, and folders; then suggested ones. */
  readonly models: readonly ModelOffer[];
}

export interface ModelOffer {
  /** What the task file would say. */
  readonly name: string;
  /** `suggested` is one of the hub that knows the language and has not been fetched. */
  readonly source: 'demo' | 'hub' | 'folder' | 'suggested';
  /** Undefined where it cannot be used. */
  readonly about: ModelAbout | undefined;
  /** Why it cannot be used; for the user. */
  readonly problem: string | undefined;
}

export interface ModelAbout {
  /** Such as `gpt2`. */
  readonly architecture: string;
  readonly parameters: number;
  /** Of its weights on disk, or on the hub; undefined for a demo model that has not been made yet. */
  readonly bytes: number | undefined;
  /** Reckoned from its sizes, good to a factor of about three. */
  readonly secondsPerStep: number;
  readonly memoryBytes: number;
  /** For a suggested one: users have to accept terms first. */
  readonly gated: boolean;
}

export interface PlanFetchParams {
  /** As the hub calls it: `owner/name`. */
  readonly model: string;
}

export interface PlanFetchResult {
  /** The model's page, for people. */
  readonly page: string;
  /** Of its files, and of those that are not there yet. */
  readonly bytes: number;
  readonly missingBytes: number;
  readonly files: number;
  /** The cache that it is put into. */
  readonly cacheFolder: string;
  /** Users have to accept terms on its page. */
  readonly gated: boolean;
  /** Undefined, as is `parameters`, where the hub does not say. */
  readonly architecture: string | undefined;
  readonly parameters: number | undefined;
}

export interface FetchModelParams extends PlanFetchParams {
  readonly token: string;
}

export interface FetchingParams {
  readonly token: string;
  /** Bytes that are there, of those of the whole model. */
  readonly present: number;
  readonly bytes: number;
  /** Undefined, as is `secondsLeft`, before it can be told. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Why nothing happens for a moment. */
  readonly waiting: string | undefined;
}

export interface FetchModelResult {
  readonly folder: string;
  /** A file that has changed if the model is another one now; tells those who have looked for the model in vain. */
  readonly reference: string;
  /** Why it cannot be used, though it is there. */
  readonly problem: string | undefined;
}
