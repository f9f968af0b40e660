import { row, template } from '../harness.ts';

const MARKER = '<|VIRTUAL_PROMPT_0|>';
const OTHER = template(`"prompt_template": "{sentence}${MARKER}:{label}"`);
const TRAINED = template('"taskname": "trained-task"');
const INDENTED = template().replaceAll('\n', '\n  ');

export interface FixCase {
  /** What is wrong: keys of the template, keys of the file, rows of the training or validation data, or a whole task file. */
  of?: string;
  file?: string;
  rows?: string;
  validation?: string;
  task?: string;
  /** All fixes of the first problem of the code, in order: the title, and what the text is then. */
  fixes: Record<string, string>;
  /** Codes of other errors that some of the fixes uncover, such as those of a row that could not be read before. */
  brings?: string[];
}

/** For each rule that has fixes: what is wrong, and what each fix makes of it. */
export const fixCases: Record<string, Record<string, FixCase>> = {
  'json-syntax': {
    'a missing comma': {
      task: '{\n  "model": "demo"\n  "language": "sv"\n}',
      fixes: {
        'Put a comma in between': '{\n  "model": "demo",\n  "language": "sv"\n}',
      },
    },
    'a missing comma, a comment in between': {
      task: '{\n  "model": "demo" // frozen\n  "language": "sv"\n}',
      fixes: {
        'Put a comma in between': '{\n  "model": "demo", // frozen\n  "language": "sv"\n}',
      },
    },
    'a bare word': {
      file: '"language": sv',
      fixes: {
        'Put it in double quotes': '"language": "sv"',
      },
    },
    'single quotes': {
      file: '"language": \'sv\'',
      fixes: {
        'Put it in double quotes': '"language": "sv"',
      },
    },
    'a word of Python': {
      of: '"truncate_field": None',
      fixes: {
        'Change to null': '"truncate_field": null',
      },
    },
    'a number without a digit in front of the point': {
      file: '"optim": { "lr": .5 }',
      fixes: { 'Change to 0.5': '"optim": { "lr": 0.5 }' },
    },
    'a number without a digit behind the point': {
      file: '"optim": { "lr": 1. }',
      fixes: { 'Change to 1.0': '"optim": { "lr": 1.0 }' },
    },
    'a number with a plus': {
      file: '"optim": { "lr": +1e-4 }',
      fixes: { 'Change to 1e-4': '"optim": { "lr": 1e-4 }' },
    },
    'a number with a zero in front, in a list': {
      of: '"virtual_token_splits": [010]',
      fixes: { 'Change to 10': '"virtual_token_splits": [10]' },
    },
    'a number with two zeros in front': {
      of: '"total_virtual_tokens": 007',
      fixes: { 'Change to 7': '"total_virtual_tokens": 7' },
    },
    'a number in another base': {
      of: '"total_virtual_tokens": 0x10',
      fixes: { 'Change to 16': '"total_virtual_tokens": 16' },
    },
    'a number in another base, with a plus': {
      of: '"total_virtual_tokens": +0x10',
      fixes: { 'Change to 16': '"total_virtual_tokens": 16' },
    },
    'a word that only ends as a number does': {
      of: '"total_virtual_tokens": 1x5',
      fixes: {},
    },
    'digits in groups': {
      file: '"trainer": { "max_epochs": 1_000 }',
      fixes: { 'Change to 1000': '"trainer": { "max_epochs": 1000 }' },
    },
    'an unknown escape': {
      task: '{ "model": "models\\gpt", "task_templates": [] }',
      fixes: {
        'Write it as an escape': '{ "model": "models\\\\gpt", "task_templates": [] }',
      },
      brings: ['model-not-found'],
    },
    'brackets that are not closed': {
      task: '{ "model": "demo", "task_templates": [{ "taskname": "a"',
      fixes: {
        'Close it with }]}': '{ "model": "demo", "task_templates": [{ "taskname": "a"}]}',
      },
    },
    'a text that is not closed, and ends with a quote in it': {
      task: '{ "model": "the \\"demo\\"',
      fixes: { 'Close it with "}': '{ "model": "the \\"demo\\""}' },
    },
    'a missing colon': {
      file: '"p_tuning" /* small */ { "encoder_type": "mlp" }',
      fixes: { 'Put a colon in between': '"p_tuning": /* small */ { "encoder_type": "mlp" }' },
    },
    'a missing colon, behind a comment that ends in what looks like another': {
      file: '/* of old:\n// */ "language" "sv",\n"examples": []',
      fixes: { 'Put a colon in between': '/* of old:\n// */ "language": "sv",\n"examples": []' },
    },
    'a key without its opening quote': {
      file: '"examples": [],\n"language": "sv",\ntrainer": { "seed": 1 }',
      fixes: { 'Open it with "': '"examples": [],\n"language": "sv",\n"trainer": { "seed": 1 }' },
    },
    'a key without its closing quote': {
      file: '"new_tasks: ["sentiment-task"],\n"examples": []',
      fixes: { 'Close it with "': '"new_tasks": ["sentiment-task"],\n"examples": []' },
    },
    'a key of a number without its closing quote': {
      file: '"trainer": { "seed: 12, "max_epochs": 3\n}',
      fixes: { 'Close it with "': '"trainer": { "seed": 12, "max_epochs": 3\n}' },
    },
    'a key of a number without its closing quote, at the end of its line': {
      file: '"trainer": { "seed: 12\n}',
      fixes: { 'Close it with "': '"trainer": { "seed": 12\n}' },
    },
    'a value without its opening quote': {
      file: '"language": sv",\n"examples": []',
      fixes: { 'Open it with "': '"language": "sv",\n"examples": []' },
    },
    'a value without its closing quote': {
      file: '"language": "sv,\n"examples": []',
      fixes: { 'Close it with "': '"language": "sv",\n"examples": []' },
    },
    'a template without its closing quote': {
      of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}: {label},\n"total_virtual_tokens": 10',
      fixes: {
        'Close it with "': '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}: {label}",\n"total_virtual_tokens": 10',
      },
    },
    'a list without its opening bracket': {
      of: '"virtual_token_splits": 10],\n"total_virtual_tokens": 10',
      fixes: { 'Open it with [': '"virtual_token_splits": [10],\n"total_virtual_tokens": 10' },
    },
    'an object without its opening brace': {
      file: '"trainer": "seed": 1 },\n"examples": []',
      fixes: { 'Open it with {': '"trainer": {"seed": 1 },\n"examples": []' },
    },
    'a list without its closing bracket': {
      file: '"new_tasks": ["sentiment-task" /* the only one */,\n"examples": []',
      fixes: { 'Close it with ]': '"new_tasks": ["sentiment-task"] /* the only one */,\n"examples": []' },
    },
    'an empty list without its closing bracket': {
      of: '"labels": { "positiva": [, "negativa": [] }',
      fixes: { 'Close it with ]': '"labels": { "positiva": [], "negativa": [] }' },
    },
    'a text in a list that is being written': {
      file: '"new_tasks": ["sentiment-task\n"examples": []',
      fixes: { 'Close it with "],': '"new_tasks": ["sentiment-task"],\n"examples": []' },
    },
    'a list of numbers that is being written': {
      of: '"virtual_token_splits": [10\n',
      fixes: { 'Close it with ]': '"virtual_token_splits": [10]\n' },
    },
    'a list of objects without its opening bracket': {
      task: '{\n  "task_templates":\n    { "taskname": "a" }\n  ],\n  "model": "demo"\n}',
      fixes: { 'Open it with [': '{\n  "task_templates":[\n    { "taskname": "a" }\n  ],\n  "model": "demo"\n}' },
      brings: ['schema'],
    },
    'an object without its closing brace, in the midst': {
      task: '{\n  "trainer": {\n    "seed": 1,\n  // demo\n  "model": "demo"\n}',
      fixes: { 'Close it with }': '{\n  "trainer": {\n    "seed": 1},\n  // demo\n  "model": "demo"\n}' },
    },
    'an object without its closing brace and its comma': {
      task: '{\n  "trainer": {\n    "seed": 1\n  "model": "demo"\n}',
      fixes: { 'Close it with },': '{\n  "trainer": {\n    "seed": 1},\n  "model": "demo"\n}' },
    },
    'an object without its closing brace, whose comma is there': {
      task: '{\n  "trainer": {\n    "seed": 1\n  ,\n  "model": "demo"\n}',
      fixes: { 'Close it with }': '{\n  "trainer": {\n    "seed": 1\n  },\n  "model": "demo"\n}' },
    },
    'a list without its closing bracket, in an object that is closed': {
      task: '{\n  "data": {\n    "train_ds": [\n      "train.jsonl"\n  },\n  "model": "demo"\n}',
      fixes: {
        'Close it with ]': '{\n  "data": {\n    "train_ds": [\n      "train.jsonl"]\n  },\n  "model": "demo"\n}',
      },
    },
    'a colon too many': {
      file: '"language":: "sv",\n"examples": []',
      fixes: { 'Remove :': '"language": "sv",\n"examples": []' },
    },
    'a quote too many': {
      file: '"new_tasks": ["sentiment-ta"sk"]',
      fixes: { 'Remove "': '"new_tasks": ["sentiment-task"]' },
    },
    'a bracket too many': {
      file: '"new_tasks": ["sentiment-task"]],\n"examples": []',
      fixes: { 'Remove ]': '"new_tasks": ["sentiment-task"],\n"examples": []' },
    },
    'a comment that is not closed': {
      task: '{ "model": "demo" } /* the end',
      fixes: {
        'Close it with */': '{ "model": "demo" } /* the end */',
      },
    },
  },
  schema: {
    'an mlp of one layer': {
      file: '"p_tuning": { "encoder_type": "mlp", "num_layers": 1 }',
      fixes: { 'Change to 2': '"p_tuning": { "encoder_type": "mlp", "num_layers": 2 }' },
    },
    'a misspelt key': {
      file: '"trainer": {\n  "max_epoch": 5, // at most\n  "seed": 1\n}',
      fixes: {
        'Change to "max_epochs"': '"trainer": {\n  "max_epochs": 5, // at most\n  "seed": 1\n}',
        'Remove "max_epoch"': '"trainer": {\n  "seed": 1\n}',
      },
    },
    'an unknown key': {
      file: '"language": "sv",\n  "colour": "red", // no such key\n  "examples": []',
      fixes: {
        'Remove "colour"': '"language": "sv",\n  "examples": []',
      },
    },
    'a metric of generated answers, where all are labels': {
      file: '"trainer": { "val_metric": "word_f1" }',
      fixes: {
        'Change to "macro_f1"': '"trainer": { "val_metric": "macro_f1" }',
        'Change to "accuracy"': '"trainer": { "val_metric": "accuracy" }',
      },
    },
    'a misspelt value': {
      file: '"p_tuning": { "encoder_type": "lsmt" }',
      fixes: {
        'Change to "lstm"': '"p_tuning": { "encoder_type": "lstm" }',
      },
    },
    'a number in quotes': {
      file: '"trainer": { "max_epochs": "5" }',
      fixes: {
        'Change to 5': '"trainer": { "max_epochs": 5 }',
      },
    },
    'a number that is too small': {
      file: '"trainer": { "batch_size": 0 }',
      fixes: {
        'Change to 1': '"trainer": { "batch_size": 1 }',
      },
    },
    'a task as a number': {
      of: '"taskname": 7',
      fixes: {
        'Change to "7"': '"taskname": "7"',
      },
      // Of what rows are for nothing is said before all templates have their names.
      brings: ['data-empty', 'row-taskname'],
    },
    'a text for a list': {
      of: '"labels": { "positiva": "positiv", "negativa": [] }',
      fixes: {
        'Change to ["positiv"]': '"labels": { "positiva": ["positiv"], "negativa": [] }',
      },
    },
    'a list for a text': {
      file: '"model": ["demo"]',
      fixes: {
        'Change to "demo"': '"model": "demo"',
      },
    },
    'null for a value': {
      of: '"answer_only_loss": null,\n"truncate_field": null',
      fixes: {
        'Leave it out': '"truncate_field": null',
      },
    },
    'no model': {
      task: '{ "language": "sv", "task_templates": [] }',
      fixes: {
        'Use the demo model': '{ "language": "sv", "task_templates": [], "model": "demo" }',
      },
    },
    'a key that stands twice': {
      file: '"language": "en",\n"language": "sv"',
      fixes: {
        'Remove the first "language"': '"language": "sv"',
      },
    },
    'a task that is listed twice': {
      file: '"new_tasks": ["sentiment-task", "sentiment-task"]',
      fixes: {
        'Remove it': '"new_tasks": ["sentiment-task"]',
      },
    },
    'a label that is another one but for its blanks': {
      of: '"labels": { "positiva": ["positiv"], "negativa": ["negativ"], "positiva ": [] }',
      fixes: {
        'Remove it here': '"labels": { "positiva": ["positiv"], "negativa": ["negativ"] }',
      },
    },
    'a form of two labels': {
      of: '"labels": { "positiva": ["bra"], "negativa": ["bra", "dåligt"] }',
      fixes: {
        'Remove it here': '"labels": { "positiva": ["bra"], "negativa": ["dåligt"] }',
      },
    },
    'no language': {
      file: '"language": null',
      fixes: {
        'Set "language" to "en"': '"language": "en"',
        'Set "language" to "sv"': '"language": "sv"',
        'Set "language" to "da"': '"language": "da"',
      },
    },
    'a misspelt language': {
      file: '"language": "sw"',
      fixes: {
        'Change to "sv"': '"language": "sv"',
      },
    },
    'a language by its name': {
      file: '"language": "Svenska"',
      fixes: {
        'Change to "sv"': '"language": "sv"',
      },
    },
    'a text to start from that is not there': {
      file: '"virtual_prompt_style": "prompt-tuning",\n"prompt_tuning": { "new_prompt_init_methods": ["text"] }',
      fixes: {
        'Change to "random"':
          '"virtual_prompt_style": "prompt-tuning",\n"prompt_tuning": { "new_prompt_init_methods": ["random"] }',
      },
    },
  },
  'marker-missing': {
    'text alone': {
      of: '"prompt_template": "\\u007bsentence}:{label}"',
      fixes: {
        [`Put ${MARKER} in front`]: `"prompt_template": "${MARKER} \\u007bsentence}:{label}"`,
      },
    },
    'two splits, which go to the one marker': {
      of: '"prompt_template": "{sentence}:{label}",\n"virtual_token_splits": [6, 4]',
      fixes: {
        [`Put ${MARKER} in front`]: `"prompt_template": "${MARKER} {sentence}:{label}",\n"virtual_token_splits": [10]`,
      },
    },
  },
  'marker-order': {
    'swapped, behind escapes': {
      of: '"prompt_template": "\\u00e5\\n\\u003c|VIRTUAL_PROMPT_1|> {sentence}<|VIRTUAL_PROMPT_0|>:{label}",\n"virtual_token_splits": [7, 3]',
      fixes: {
        'Number the markers in order': `"prompt_template": "\\u00e5\\n${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [7, 3]`,
      },
    },
  },
  'marker-malformed': {
    'no underscore': {
      of: '"prompt_template": "\\u003c|VIRTUAL_PROMPT0|\\u003e {sentence}:{label}"',
      fixes: {
        [`Change to ${MARKER}`]: `"prompt_template": "${MARKER} {sentence}:{label}"`,
      },
    },
    'the number of its place': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT|>:{label}"`,
      fixes: {
        'Change to <|VIRTUAL_PROMPT_1|>': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}"`,
      },
    },
  },
  'split-count': {
    'too many': {
      of: '"virtual_token_splits": [6, 4]',
      fixes: {
        'Change the splits to [10]': '"virtual_token_splits": [10]',
      },
    },
    'too few, the rest of the total left for them': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 10,\n"virtual_token_splits": [7]`,
      fixes: {
        'Change the splits to [7, 3]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 10,\n"virtual_token_splits": [7, 3]`,
        'Change the splits to [5, 5]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 10,\n"virtual_token_splits": [5, 5]`,
      },
    },
    'too few': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [10]`,
      fixes: {
        'Change the splits to [5, 5]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [5, 5]`,
      },
    },
    'none, and no total': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": []`,
      fixes: {
        'Change the splits to [5, 5]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [5, 5]`,
      },
    },
  },
  'split-sum': {
    'one split': {
      of: '"total_virtual_tokens": 10,\n"virtual_token_splits": [8 /* as before */]',
      fixes: {
        'Set the total to 8': '"total_virtual_tokens": 8,\n"virtual_token_splits": [8 /* as before */]',
        'Change the splits to [10]': '"total_virtual_tokens": 10,\n"virtual_token_splits": [10 /* as before */]',
      },
    },
    'a split too many, so that the total is right': {
      of: '"total_virtual_tokens": 10,\n"virtual_token_splits": [8, 4]',
      fixes: {
        'Change the splits to [10]': '"total_virtual_tokens": 10,\n"virtual_token_splits": [10]',
        'Set the total to 12': '"total_virtual_tokens": 12,\n"virtual_token_splits": [8, 4]',
      },
    },
    'two splits': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 11,\n"virtual_token_splits": [\n  6, // in front\n  4\n]`,
      fixes: {
        'Set the total to 10': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 10,\n"virtual_token_splits": [\n  6, // in front\n  4\n]`,
        'Change the splits to [6, 5]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 11,\n"virtual_token_splits": [\n  6, // in front\n  5\n]`,
      },
    },
  },
  'split-zero': {
    zero: {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [10, 0]`,
      fixes: {
        'Change the splits to [5, 5]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [5, 5]`,
        'Change the splits to [9, 1]': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [9, 1]`,
      },
    },
    'less than zero': {
      of: '"virtual_token_splits": [-3]',
      fixes: {
        'Change the splits to [10]': '"virtual_token_splits": [10]',
      },
    },
    'a total that is too small': {
      of: `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 1`,
      fixes: {
        'Set the total to 2': `"prompt_template": "${MARKER} {sentence}<|VIRTUAL_PROMPT_1|>:{label}",\n"total_virtual_tokens": 2`,
      },
    },
  },
  'placeholder-malformed': {
    'not closed, behind escapes': {
      of: `"prompt_template": "${MARKER}\\n\\u00e5 {sentence:{label}"`,
      fixes: {
        'Close it: {sentence}': `"prompt_template": "${MARKER}\\n\\u00e5 {sentence}:{label}"`,
        'Remove it': `"prompt_template": "${MARKER}\\n\\u00e5 :{label}"`,
      },
    },
    'in double braces, as Jinja has it': {
      of: `"prompt_template": "${MARKER} {{ sentence }}:{label}"`,
      fixes: {
        'Change to {sentence}': `"prompt_template": "${MARKER} {sentence}:{label}"`,
        'Remove it': `"prompt_template": "${MARKER} :{label}"`,
      },
    },
    'in full-width braces': {
      of: `"prompt_template": "${MARKER} 文：｛sentence｝ {label}"`,
      fixes: { 'Change to {sentence}': `"prompt_template": "${MARKER} 文：{sentence} {label}"` },
    },
    'not opened': {
      of: `"prompt_template": "${MARKER} \\"sentence}:{label}"`,
      fixes: { 'Change to {sentence}': `"prompt_template": "${MARKER} \\"{sentence}:{label}"` },
    },
    'the answer, not opened': {
      of: `"prompt_template": "${MARKER} {sentence}:label}"`,
      fixes: { 'Change to {label}': `"prompt_template": "${MARKER} {sentence}:{label}"` },
    },
    'not closed, a name with a joiner': {
      of: `"prompt_template": "${MARKER} {نوشته\u200cها: {label}"`,
      fixes: {
        'Close it: {نوشته\u200cها}': `"prompt_template": "${MARKER} {نوشته\u200cها}: {label}"`,
        'Remove it': `"prompt_template": "${MARKER} : {label}"`,
      },
      brings: ['placeholder-unknown'],
    },
    empty: {
      of: `"prompt_template": "${MARKER} {sentence}{}:{label}"`,
      fixes: {
        'Remove it': `"prompt_template": "${MARKER} {sentence}:{label}"`,
      },
    },
  },
  'placeholder-unknown': {
    'a misspelt field': {
      of: `"prompt_template": "${MARKER} {sentense}:{label}"`,
      fixes: {
        'Change to {sentence}': `"prompt_template": "${MARKER} {sentence}:{label}"`,
      },
    },
    'a field of another name': {
      of: `"prompt_template": "${MARKER} {text}:{label}"`,
      fixes: { 'Change to {sentence}': `"prompt_template": "${MARKER} {sentence}:{label}"` },
    },
    'a field of a name that no placeholder can have': {
      of: `"prompt_template": "${MARKER} {sentence} {text}:{label}"`,
      rows: '{"taskname": "sentiment-task", "sentence": "a", "te}t": "b", "label": "positiva"}',
      fixes: {},
    },
    'a misspelt field that is also named elsewhere': {
      of: `"prompt_template": "${MARKER} {sentence}:{lable}",\n"answer_field": "lable"`,
      fixes: {
        'Change to {label}': `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_field": "label"`,
      },
    },
  },
  'placeholder-duplicate': {
    'a field': {
      of: `"prompt_template": "${MARKER} {sentence} {sentence}:{label}"`,
      fixes: {
        'Remove it': `"prompt_template": "${MARKER} {sentence}:{label}"`,
      },
    },
    'the answer, whose last place counts': {
      of: `"prompt_template": "${MARKER} {label} {sentence}:{label}",\n"answer_only_loss": true`,
      fixes: {
        'Remove the one before': `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_only_loss": true`,
      },
    },
  },
  'answer-field-missing': {
    'none, with labels': {
      of: '"answer_field": null,\n"labels": { "positiva": [], "negativa": [] }',
      fixes: {
        'Set "answer_field" to "label"': '"answer_field": "label",\n"labels": { "positiva": [], "negativa": [] }',
      },
    },
    'none, with a loss over the answer alone': {
      of: `"prompt_template": "${MARKER} {sentence}:{label}.",\n"answer_only_loss": true,\n"answer_field": null,\n"labels": null`,
      fixes: {
        'Set "answer_field" to "label" and put it at the end': `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_only_loss": true,\n"answer_field": "label",\n"labels": null`,
        'Let everything count in the loss': `"prompt_template": "${MARKER} {sentence}:{label}.",\n"answer_only_loss": false,\n"answer_field": null,\n"labels": null`,
      },
    },
    misspelt: {
      of: `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_field": "lable"`,
      fixes: {
        'Set "answer_field" to "label"': `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_field": "label"`,
        'Add {lable} at the end of the template': `"prompt_template": "${MARKER} {sentence}:{label} {lable}",\n"answer_field": "lable"`,
      },
      brings: ['placeholder-unknown'],
    },
    'not in the template': {
      of: `"prompt_template": "${MARKER} {sentence}",\n"answer_field": "label"`,
      fixes: {
        'Add {label} at the end of the template': `"prompt_template": "${MARKER} {sentence} {label}",\n"answer_field": "label"`,
        'Set "answer_field" to "sentence"': `"prompt_template": "${MARKER} {sentence}",\n"answer_field": "sentence"`,
      },
      brings: ['row-label-unknown'],
    },
    'not in the template, which ends with a vowel sign': {
      of: `"prompt_template": "${MARKER} {sentence} भावना",\n"answer_field": "label"`,
      fixes: {
        'Add {label} at the end of the template': `"prompt_template": "${MARKER} {sentence} भावना {label}",\n"answer_field": "label"`,
        'Set "answer_field" to "sentence"': `"prompt_template": "${MARKER} {sentence} भावना",\n"answer_field": "sentence"`,
      },
      brings: ['row-label-unknown'],
    },
  },
  'answer-not-last': {
    'in front': {
      of: `"prompt_template": "${MARKER} {label}: {sentence}",\n"answer_only_loss": true`,
      fixes: {
        'Move {label} to the end': `"prompt_template": "${MARKER} : {sentence} {label}",\n"answer_only_loss": true`,
      },
    },
    'a field in front, and text behind it': {
      of: `"prompt_template": "${MARKER} {sentence} is {label} news",\n"answer_only_loss": true`,
      fixes: {
        'Move {label} to the end': `"prompt_template": "${MARKER} {sentence} is news {label}",\n"answer_only_loss": true`,
        'Let everything count in the loss': `"prompt_template": "${MARKER} {sentence} is {label} news",\n"answer_only_loss": false`,
      },
    },
    'a marker behind it': {
      of: `"prompt_template": "{sentence}:{label}${MARKER}",\n"answer_only_loss": true`,
      fixes: {
        'Move {label} to the end': `"prompt_template": "{sentence}:${MARKER} {label}",\n"answer_only_loss": true`,
      },
    },
    'a line end behind it': {
      of: `"prompt_template": "${MARKER} {sentence}:{label}\\n",\n"answer_only_loss": true`,
      fixes: {
        'Remove what follows {label}': `"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_only_loss": true`,
        'Let everything count in the loss': `"prompt_template": "${MARKER} {sentence}:{label}\\n",\n"answer_only_loss": false`,
      },
    },
  },
  'answer-without-input': {
    'a field behind it': {
      of: `"prompt_template": "${MARKER} {label} is the mood of: {sentence}"`,
      fixes: {
        'Move {label} to the end': `"prompt_template": "${MARKER} is the mood of: {sentence} {label}"`,
      },
    },
    'nothing else': { of: `"prompt_template": "${MARKER} {label}"`, fixes: {} },
  },
  'marker-after-answer': {
    'all of them': {
      of: `"prompt_template": "{sentence}: {label} ${MARKER}"`,
      fixes: { 'Move {label} to the end': `"prompt_template": "{sentence}: ${MARKER} {label}"` },
    },
  },
  'answer-end-missing': {
    'an answer that is generated': {
      task: `{\n  "model": "demo",\n  "language": "sv",\n  "data": { "train_ds": ["train.jsonl"], "add_eos": false },\n  "task_templates": [{ "taskname": "sentiment-task", "prompt_template": "${MARKER} {sentence}:{label}", "answer_field": "label" }]\n}`,
      fixes: {
        'Set "add_eos" to true': `{\n  "model": "demo",\n  "language": "sv",\n  "data": { "train_ds": ["train.jsonl"], "add_eos": true },\n  "task_templates": [{ "taskname": "sentiment-task", "prompt_template": "${MARKER} {sentence}:{label}", "answer_field": "label" }]\n}`,
      },
    },
  },
  'truncate-field-unknown': {
    misspelt: {
      of: '"truncate_field": "sentense"',
      fixes: {
        'Change to "sentence"': '"truncate_field": "sentence"',
        'Truncate no field': '"truncate_field": null',
      },
    },
    another: {
      of: '"truncate_field": "text"',
      fixes: {
        'Truncate no field': '"truncate_field": null',
      },
    },
  },
  'truncate-is-answer': {
    'the answer': {
      of: '"truncate_field": "label"',
      fixes: {
        'Change to "sentence"': '"truncate_field": "sentence"',
        'Truncate no field': '"truncate_field": null',
      },
    },
  },
  'task-duplicate': {
    'the same template': {
      file: `"task_templates": [\n  ${template()},\n  ${template()}\n]`,
      fixes: {
        'Remove this template': `"task_templates": [\n  ${template()}\n]`,
        'Change to "sentiment-task-2"': `"task_templates": [\n  ${template()},\n  {"taskname": "sentiment-task-2",\n"prompt_template": "${MARKER} {sentence}:{label}",\n"answer_field": "label",\n"labels": { "positiva": ["positiv"], "negativa": ["negativ"] }}\n]`,
      },
      brings: ['data-empty'],
    },
    'another template': {
      file: `"task_templates": [${template()}, ${OTHER}]`,
      fixes: {
        'Change to "sentiment-task-2"': `"task_templates": [${template()}, {"taskname": "sentiment-task-2",\n"answer_field": "label",\n"labels": { "positiva": ["positiv"], "negativa": ["negativ"] },\n"prompt_template": "{sentence}${MARKER}:{label}"\n}]`,
        'Remove this template': `"task_templates": [${template()}]`,
      },
      brings: ['data-empty'],
    },
  },
  'task-without-template': {
    misspelt: {
      file: `"new_tasks": ["sentiment-taks"],\n"task_templates": [${template()}]`,
      fixes: {
        'Change to "sentiment-task"': `"new_tasks": ["sentiment-task"],\n"task_templates": [${template()}]`,
        'Add a template for "sentiment-taks"': `"new_tasks": ["sentiment-taks"],\n"task_templates": [${template()}, { "taskname": "sentiment-taks", "prompt_template": "${MARKER} {sentence}:{label}", "answer_field": "label" }]`,
        'Remove "sentiment-taks" from the list': `"new_tasks": [],\n"task_templates": [${template()}]`,
      },
      brings: ['data-empty'],
    },
    'another, beside its template': {
      file: `"new_tasks": ["sentiment-task", "summary"],\n"task_templates": [\n  ${INDENTED}\n]`,
      fixes: {
        'Add a template for "summary"': `"new_tasks": ["sentiment-task", "summary"],\n"task_templates": [\n  ${INDENTED},\n  {\n    "taskname": "summary",\n    "prompt_template": "${MARKER} {sentence}:{label}",\n    "answer_field": "label"\n  }\n]`,
        'Remove "summary" from the list': `"new_tasks": ["sentiment-task"],\n"task_templates": [\n  ${INDENTED}\n]`,
      },
      brings: ['data-empty'],
    },
  },
  'task-new-and-existing': {
    both: {
      file:
        '"existing_tasks": ["trained-task"],\n"new_tasks": ["sentiment-task", "trained-task"],\n' +
        `"task_templates": [${template()}, ${TRAINED}]`,
      fixes: {
        'Train it anew: remove it from "existing_tasks"': `"existing_tasks": [],\n"new_tasks": ["sentiment-task", "trained-task"],\n"task_templates": [${template()}, ${TRAINED}]`,
        'Keep it: remove it from "new_tasks"': `"existing_tasks": ["trained-task"],\n"new_tasks": ["sentiment-task"],\n"task_templates": [${template()}, ${TRAINED}]`,
      },
    },
  },
  'task-not-trained': {
    'not in the table': {
      file: '"existing_tasks": ["sentiment-task"],\n"new_tasks": []',
      fixes: {
        'Move it to "new_tasks"': '"existing_tasks": [],\n"new_tasks": ["sentiment-task"]',
      },
    },
    misspelt: {
      file: `"existing_tasks": ["traind-task"],\n"new_tasks": ["sentiment-task"],\n"task_templates": [${template()}, ${TRAINED}]`,
      fixes: {
        'Change to "trained-task"': `"existing_tasks": ["trained-task"],\n"new_tasks": ["sentiment-task"],\n"task_templates": [${template()}, ${TRAINED}]`,
        'Move it to "new_tasks"': `"existing_tasks": [],\n"new_tasks": ["sentiment-task", "traind-task"],\n"task_templates": [${template()}, ${TRAINED}]`,
      },
    },
  },
  'template-unused': {
    'in neither list': {
      file: '"new_tasks": []',
      fixes: {
        'Add it to "new_tasks"': '"new_tasks": ["sentiment-task"]',
      },
    },
  },
  'template-changed': {
    'another template': {
      of: `"taskname": "trained-task",\n"prompt_template": "${MARKER} {sentence} {label}",\n"virtual_token_splits": [12]`,
      fixes: {
        'Change it back to what it was trained with': `"taskname": "trained-task",\n"prompt_template": "${MARKER} {sentence}:{label}",\n"virtual_token_splits": [10]`,
      },
    },
    'in another chat template, which is the model’s': {
      file: '"model": "chat-folder", "prompt_table": "chat.safetensors"',
      of: '"taskname": "told-in-another", "chat": true',
      fixes: {},
    },
    'in a chat now': {
      of: '"taskname": "trained-task",\n"chat": true',
      fixes: {
        'Change it back to what it was trained with': '"taskname": "trained-task",\n"chat": false',
      },
    },
  },
  'model-not-found': {
    'a demo model, misspelt': {
      file: '"model": "dmeo"',
      fixes: { 'Change to "demo"': '"model": "demo"' },
    },
  },
  'chat-template-missing': {
    'a base model': {
      of: '"chat": true',
      fixes: { 'Set "chat" to false': '"chat": false' },
    },
  },
  'data-not-found': {
    misspelt: {
      file: '"data": { "train_ds": ["train.json"], "validation_ds": [] }',
      fixes: { 'Change to "train.jsonl"': '"data": { "train_ds": ["train.jsonl"], "validation_ds": [] }' },
    },
    'misspelt, in a list that has the nearest already': {
      file: '"data": { "train_ds": ["train.jsonl", "trian.jsonl"] }',
      fixes: {},
    },
  },
  'data-empty': {
    'a file beside another one': {
      file: '"data": { "train_ds": ["train.jsonl", "empty.jsonl"] }',
      fixes: { 'Remove it': '"data": { "train_ds": ["train.jsonl"] }' },
    },
    'a file alone': { file: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["empty.jsonl"] }', fixes: {} },
  },
  'row-syntax': {
    'a missing brace': {
      rows: `${row('a').slice(0, -1)}\n${row('b')}`,
      fixes: {
        'Close it with }':
          '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"b","label":"positiva"}',
      },
    },
    'a missing quote and brace': {
      rows: `${row('b')}\n${row('a').slice(0, -2)}`,
      fixes: {
        'Close it with "}':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    'a trailing comma': {
      rows: row('a').replace('}', ',}'),
      fixes: {
        'Remove the comma': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    'a comment': {
      rows: `${row('a')} // good`,
      fixes: {
        'Remove what follows the row': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    'a blank that JSON does not know': {
      rows: `${row('a')}\u00a0`,
      fixes: {
        'Remove what follows the row': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    'two rows in a line': {
      rows: `${row('a')} ${row('b')}`,
      fixes: {
        'Start a new line here':
          '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"b","label":"positiva"}',
      },
    },
    'a text without its closing quote': {
      rows: row('Räntan stiger').replace('stiger"', 'stiger'),
      fixes: {
        'Close it with "': '{"taskname":"sentiment-task","sentence":"Räntan stiger","label":"positiva"}',
      },
    },
    'a missing colon': {
      rows: row('a').replace('"label":', '"label"'),
      fixes: {
        'Put a colon in between': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    'a tab': {
      rows: row('a').replace('"a"', '"a\tb"'),
      fixes: {
        'Write it as an escape': '{"taskname":"sentiment-task","sentence":"a\\tb","label":"positiva"}',
      },
    },
    'single quotes': {
      rows: row('a').replace('"positiva"', "'positiva'"),
      fixes: {
        'Put it in double quotes': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
  },
  'row-taskname': {
    none: {
      rows: '{"sentence": "a", "label": "positiva"}',
      fixes: {
        'Add "taskname": "sentiment-task"': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva"}',
      },
    },
    'none, in a tight row': {
      rows: '{"sentence":"a","label":"positiva"}',
      fixes: {
        'Add "taskname": "sentiment-task"': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
    misspelt: {
      rows: row('a').replace('sentiment-task', 'sentimenttask'),
      fixes: {
        'Change to "sentiment-task"': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
      },
    },
  },
  'row-field-missing': {
    misspelt: {
      rows: `${row('b')}\n${row('a').replace('sentence', 'sentense')}`,
      fixes: {
        'Rename "sentense" to "sentence"':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
        'Add "sentence" as an empty text':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentense":"a","label":"positiva","sentence":""}',
      },
    },
    'not there': {
      rows: `${row('b')}\n{"taskname": "sentiment-task", "label": "positiva"}`,
      fixes: {
        'Add "sentence" as an empty text':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname": "sentiment-task", "label": "positiva", "sentence": ""}',
      },
    },
    'the answer': {
      rows: `${row('b')}\n{"taskname":"sentiment-task","sentence":"a"}`,
      fixes: {
        'Add "label": "positiva"':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
        'Add "label": "negativa"':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"a","label":"negativa"}',
      },
    },
  },
  'row-field-extra': {
    'an id': {
      rows: '{"taskname": "sentiment-task", "id": 7, "sentence": "a", "label": "positiva"}',
      fixes: {
        'Remove "id"': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva"}',
      },
    },
  },
  'row-field-type': {
    'a number': {
      rows: '{"taskname": "sentiment-task", "sentence": 1.50, "label": "positiva"}',
      fixes: {
        'Change to "1.50"': '{"taskname": "sentiment-task", "sentence": "1.50", "label": "positiva"}',
      },
    },
    null: {
      rows: '{"taskname": "sentiment-task", "sentence": null, "label": "positiva"}',
      fixes: {
        'Change to ""': '{"taskname": "sentiment-task", "sentence": "", "label": "positiva"}',
      },
    },
  },
  'row-field-repeated': {
    'a text twice': {
      rows: '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "sentence": "b"}',
      fixes: {
        'Remove all but the last "sentence"': '{"taskname": "sentiment-task", "label": "positiva", "sentence": "b"}',
      },
    },
    'a text three times': {
      rows: '{"taskname": "sentiment-task", "sentence": "a", "sentence": 1, "label": "positiva", "sentence": "b"}',
      fixes: {
        'Remove all but the last "sentence"': '{"taskname": "sentiment-task", "label": "positiva", "sentence": "b"}',
      },
    },
  },
  'row-input-empty': {
    'a blank text': {
      rows: `${row('b')}\n${row(' ')}\n`,
      fixes: { 'Remove this row': '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n' },
    },
  },
  'row-answer-empty': {
    empty: {
      rows: `${row('b')}\r\n${row('a', '')}`,
      fixes: {
        'Set "label" to "positiva"':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\r\n{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
        'Set "label" to "negativa"':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\r\n{"taskname":"sentiment-task","sentence":"a","label":"negativa"}',
        'Remove this row': '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\r\n',
      },
    },
  },
  'row-marker': {
    'a placeholder': {
      rows: row('Bra {label}'),
      fixes: {
        'Change to label': '{"taskname":"sentiment-task","sentence":"Bra label","label":"positiva"}',
        'Remove {label}': '{"taskname":"sentiment-task","sentence":"Bra ","label":"positiva"}',
      },
    },
    'a marker, behind escapes': {
      rows: '{"taskname": "sentiment-task", "sentence": "\\u00e5\\n\\u003c|VIRTUAL_PROMPT_0|>", "label": "positiva"}',
      fixes: {
        [`Remove ${MARKER}`]: '{"taskname": "sentiment-task", "sentence": "\\u00e5\\n", "label": "positiva"}',
      },
    },
  },
  'row-garbled': {
    'letters of UTF-8': {
      rows: row('Ã…ret blev så bra: â€œvinstÃ¶kningâ€\u009d'),
      fixes: { 'Repair the letters of "sentence"': row('Året blev så bra: “vinstökning”') },
    },
    'garbled twice': { rows: row('smÃƒÂ¥'), fixes: { 'Repair the letters of "sentence"': row('små') } },
    'a letter that is lost': { rows: row('\ufffdret'), fixes: {} },
    'an answer that labels have so, too': {
      of: '"labels": { "nöjd": [], "missnÃ¶jd": [] }',
      rows: row('a', 'missnÃ¶jd'),
      fixes: {},
    },
    'an answer that labels have both ways': {
      of: '"labels": { "nöjd": [], "missnöjd": ["missnÃ¶jd"] }',
      rows: row('a', 'missnÃ¶jd'),
      fixes: { 'Repair the letters of "label"': row('a', 'missnöjd') },
    },
  },
  'row-too-long': {
    'a row that is skipped': {
      rows: `${row('b')}\n${row('bra '.repeat(60).trim())}`,
      fixes: {
        'Remove this row, which is skipped anyway': '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n',
      },
    },
  },
  'row-label-unknown': {
    misspelt: {
      rows: row('a', 'postiva'),
      fixes: {
        'Change to "positiva"': '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}',
        'Change to "positiv"': '{"taskname":"sentiment-task","sentence":"a","label":"positiv"}',
      },
    },
    'another word': {
      rows: row('a', 'bra'),
      fixes: {
        'Change to "positiva"': row('a'),
        'Change to "negativa"': row('a', 'negativa'),
      },
    },
  },
  'row-duplicate': {
    'in the middle, CRLF': {
      rows: `${row('a')}\r\n${row('a')}\r\n${row('b')}\r\n`,
      fixes: {
        'Remove this row':
          '{"taskname":"sentiment-task","sentence":"a","label":"positiva"}\r\n{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\r\n',
      },
    },
    'the last line, with no end': {
      rows: `${row('b')}\n${row('a')}\n${row('a')}`,
      fixes: {
        'Remove this row':
          '{"taskname":"sentiment-task","sentence":"b","label":"positiva"}\n{"taskname":"sentiment-task","sentence":"a","label":"positiva"}\n',
      },
    },
    'a file that is listed twice': {
      file: '"data": { "train_ds": ["train.jsonl", "train.jsonl"] }',
      fixes: {
        'Remove it': '"data": { "train_ds": ["train.jsonl"] }',
      },
    },
  },
  'data-leak': {
    'a row': {
      validation: `${row('ny')}\n${row('Kursen stiger')}\n`,
      fixes: {
        'Remove this row': '{"taskname":"sentiment-task","sentence":"ny","label":"positiva"}\n',
      },
    },
    'a file': {
      file: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["train.jsonl"] }',
      fixes: {
        'Take it out of the test data': '"data": { "train_ds": ["train.jsonl"], "test_ds": [] }',
      },
    },
    'a file that is validation data': {
      file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["test.jsonl"], "test_ds": ["test.jsonl"] }',
      fixes: {
        'Take it out of the test data':
          '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["test.jsonl"], "test_ds": [] }',
      },
    },
    'a file that stands alone': {
      file: '"data": {\n  "train_ds": "train.jsonl",\n  "test_ds": "train.jsonl" // the same\n}',
      fixes: {
        'Take it out of the test data': '"data": {\n  "train_ds": "train.jsonl"\n}',
      },
    },
  },
  'labels-unbalanced': {
    'a label that no row has': {
      of: '"labels": { "positiva": [], "neutrala": ["neutral"], "negativa": [] }',
      fixes: { 'Remove it': '"labels": { "positiva": [], "negativa": [] }' },
    },
    'a label that validation rows have': {
      of: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }',
      validation: row('a', 'neutrala'),
      fixes: {},
    },
  },
  'answer-boundary': {
    'no blank in between': {
      of: `"prompt_template": "${MARKER} {sentence} mood{label}"`,
      fixes: {
        'Put a space in front': `"prompt_template": "${MARKER} {sentence} mood {label}"`,
      },
    },
  },
};
