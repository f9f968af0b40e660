/*
 * Commands that the language server names, in code lenses and links, and the client carries out: the server itself runs nothing.
 */

/** Trains the task, and no other, and puts its prompt into the prompt table. */
export const TRAIN_TASK = 'ptask.trainTask';

/** Measures the task's trained prompt on the test data, or on the validation data where there is none. */
export const EVALUATE_TASK = 'ptask.evaluateTask';

/** Shows what the task's trained prompt answers. */
export const PREDICT_TASK = 'ptask.predictTask';

export type TaskCommand = typeof TRAIN_TASK | typeof EVALUATE_TASK | typeof PREDICT_TASK;

/** The only argument of each of these commands. */
export interface TaskCommandArgument {
  /** The uri of the task file, as the client calls the document. */
  uri: string;
  /** The name of a task that has a template in that file. */
  taskname: string;
}

/** Lets the user choose the model of a task file, and writes it into the file. Its argument is a `FileCommandArgument`. */
export const SELECT_MODEL = 'ptask.selectModel';

/** Fetches a model of the Hugging Face hub, once the user has seen its size. Its argument is a `FetchCommandArgument`. */
export const FETCH_MODEL = 'ptask.fetchModel';

export interface FileCommandArgument {
  /** The uri of the task file, as the client calls the document. */
  uri: string;
}

export interface FetchCommandArgument extends FileCommandArgument {
  /** As the hub calls it. */
  model: string;
}

/** Shows what a rule says. Its only argument is the rule's code; the code of a problem leads to it. */
export const SHOW_RULE = 'ptask.showRule';

/** What a client tells the language server of itself beyond what the protocol has: its `initializationOptions`. */
export interface InitializationOptions {
  /** Commands that it carries out; code lenses and links name no others. */
  readonly commands?: readonly (TaskCommand | typeof SELECT_MODEL | typeof FETCH_MODEL | typeof SHOW_RULE)[];
  /** Whether texts that run from right to left may be set off from others by Unicode's signs for isolation. */
  readonly isolates?: boolean;
}
