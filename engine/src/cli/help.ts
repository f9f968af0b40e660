export const HELP = `ptask: p-tuning of a frozen language model, on this machine

  ptask new DATA…             make rows and a task file of a table (CSV, TSV), a list in JSON
                              or lines of JSON, with what it finds in them
      --name NAME               what the task is called (default: as the rows or the file)
      --answer COLUMN           the answer that the model is to learn
      --text COLUMN             a text that it is given; may be given several times
      --template TEXT           the template, such as 'Text: {text} Label: {label}'
      --model MODEL             default: demo
      --language LANG           of the texts, for models that ask for one
      --holdout N               percent of the rows for validation, and for the test (default: 10)
      --out FOLDER              where the files go (default: beside the data)
      --force                   overwrite files that are there
  ptask check FILE…           what is wrong with task files and their data
  ptask train FILE            learn the prompts of a task file's new tasks
      --task NAME               this task alone; may be given several times
      --device DEVICE           auto (default), cpu, webgpu, cuda, dml or coreml
      --resume                  go on with the run that was stopped or killed
      --seeds 1,2,3             a run for each seed, side by side; the best prompt is kept
      --folds N                 cross-validation: mean and spread of accuracy over N folds
  ptask predict FILE          answers to the task file's examples
      --task NAME               rows of this task
      --input ROWS              rows of a JSONL file instead; - is standard input
      --device DEVICE           as for train
  ptask evaluate FILE         accuracy and F1 on the test rows
      --task NAME               this task alone; may be given several times
      --split test|validation   which rows (default: test)
      --baseline zero|one|few   also the frozen model without a trained prompt, with no, one
                                or as many training rows in its prompt as fit
      --device DEVICE           as for train
  ptask export FILE           a trained prompt as an adapter of Hugging Face PEFT
      --task NAME               which, where there are several
      --out DIR                 the folder to write
  ptask demo [FILE]           train an example and show what it has learnt
  ptask models [FOLDER…]      the models that are there and a few to fetch, with what a step takes
      --language LANG           those that know a language, such as sv
  ptask fetch MODEL           fetch a model (owner/name) from the Hugging Face hub; shows
                              its size and asks first
      --revision NAME           a branch, tag or commit (default: main)
      --yes                     do not ask
      --dry-run                 show what would be fetched, and fetch nothing
  ptask lsp --stdio           the language server, for any editor
  ptask devices               what this machine can compute on
      --refresh                 try each device again
      --fetch cuda [--yes]      fetch what CUDA needs (Linux x64), after saying how much that is
  ptask bench --model DIR --virtual N --length N --batch N [--answer N] [--steps N]
              [--precision float32|float16|int8] [--recompute] [--threads N] [--device DEVICE]
                              time and memory of a training step

  --json        one JSON object a line on standard output (all commands but demo and lsp)
  --help, --version

Exit codes: 0 done, 1 the input was at fault, 2 wrong usage, 3 the engine failed, 130 stopped by Ctrl-C.
`;

/** What the help says of one command, with what goes for all; all of it for a name that is none. */
export function helpOf(command: string): string {
  const [title, ...parts] = HELP.split(/\n(?= {2}ptask | {2}--json|Exit codes)/);
  const own = parts.filter((part) => part.startsWith(`  ptask ${command} `) || part === `  ptask ${command}`);
  if (own.length === 0) return HELP;
  const forAll = parts.slice(parts.findIndex((part) => part.startsWith('  --json')));
  return [title!.trimEnd(), '', own.join('\n').trimEnd(), '', ...forAll].join('\n');
}
