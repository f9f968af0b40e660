import { chatOf, demoModel, type Fixture, row, taskFile, template, wordTokeniser } from '../harness.ts';

const MARKER = '<|VIRTUAL_PROMPT_0|>';
/** A model for chats, and a table of prompts that were trained in chats. */
const CHAT = '"model": "chat-folder", "prompt_table": "chat.safetensors"';

/** A table whose prompts carry no record of how they came about. */
const FOREIGN = '"prompt_table": "foreign.safetensors"';
const TINY = { architecture: 'gpt2', layers: 2, hidden: 4, parameters: 1000, bytes: 4000, vocabulary: 32 };

/** For each rule: texts with ⟦…⟧ exactly where it fires, and texts where it must stay silent. */
export const cases: Record<string, { fires: Record<string, Fixture>; silent: Record<string, Fixture> }> = {
  'json-syntax': {
    fires: {
      'a bare word': { task: '{ "model": ⟦demo⟧, "task_templates": [] }' },
      'an unknown escape': { task: '{ "model": ⟦"de\\mo"⟧, "task_templates": [] }' },
      'two places': { task: '{ "model": ⟦x⟧, "language": ⟦y⟧, "task_templates": [] }' },
      'an empty file': { task: '⟦⟧' },
      'a missing comma': { task: '{ "model": "demo" ⟦"language"⟧: "sv" }' },
    },
    silent: {
      'comments and trailing commas': { task: taskFile({ file: '/* a */ "language": "sv", // b\n' }) },
      'a byte order mark': { task: `\uFEFF${taskFile()}` },
    },
  },
  schema: {
    fires: {
      'a text for a number': { task: taskFile({ file: '"optim": { "lr": ⟦"fast"⟧ }' }) },
      'a number out of range': { task: taskFile({ file: '"p_tuning": { "dropout": ⟦1⟧ }' }) },
      'a fraction for a whole number': { task: taskFile({ file: '"trainer": { "max_epochs": ⟦1.5⟧ }' }) },
      'a number beyond all': { task: taskFile({ file: '"optim": { "lr": ⟦1e999⟧ }' }) },
      'a value that is not one of those allowed': { task: taskFile({ file: '"virtual_prompt_style": ⟦"p-tunning"⟧' }) },
      'an unknown key': { task: taskFile({ file: '⟦"langauge"⟧: "sv"' }) },
      'an unknown key in a template': { task: taskFile({ of: '⟦"anwser_field"⟧: "label"' }) },
      'a missing key, at the brace': { task: '⟦{⟧ "task_templates": [⟦{⟧"taskname": "a"}] }' },
      'a key that stands twice': { task: taskFile({ file: '"language": "en", ⟦"language"⟧: "sv"' }) },
      'too few betas': { task: taskFile({ file: '"optim": { "betas": ⟦[0.9]⟧ }' }) },
      'a list in the file': { task: '⟦[]⟧' },
      'a learning rate that would rise at the end': {
        task: taskFile({ file: '"optim": { "lr": 1e-5, "sched": { "min_lr": ⟦1e-4⟧ } }' }),
      },
      'an mlp of one layer': {
        task: taskFile({ file: '"p_tuning": { "encoder_type": "mlp", "num_layers": ⟦1⟧ }' }),
      },
      'a metric of generated answers, where all are labels': {
        task: taskFile({ file: '"trainer": { "val_metric": ⟦"slot_f1"⟧ }' }),
      },
      'no label at all': { task: taskFile({ of: '"labels": ⟦{}⟧' }) },
      'a label that is no list': { task: taskFile({ of: '"labels": { "positiva": ⟦"positiv"⟧, "negativa": [] }' }) },
      'a label that is another one but for its blanks': {
        task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], ⟦"positiva "⟧: [] }' }),
      },
      'a label without a letter': { task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], ⟦" "⟧: [] }' }) },
      'two labels that look the same': {
        task: taskFile({ of: `"labels": { "bí": [], "nei": [], ⟦"${'bí'.normalize('NFD')}"⟧: [] }` }),
        data: { 'train.jsonl': [row('a', 'bí'), row('b', 'nei')].join('\n') },
      },
      'a form of two labels': {
        task: taskFile({ of: '"labels": { "positiva": ["bra"], "negativa": [⟦"bra"⟧, ⟦"positiva"⟧] }' }),
      },
      'no language, where the model marks it': { task: taskFile({ file: '"language": ⟦null⟧' }) },
      'a prompt table that is none': { task: taskFile({ file: '"prompt_table": ⟦"broken.safetensors"⟧' }) },
      'a language the model has not': { task: taskFile({ file: '"language": ⟦"sw"⟧' }) },
      'a text to start from that is not there': {
        task: taskFile({
          file: '"virtual_prompt_style": "prompt-tuning", "prompt_tuning": { "new_prompt_init_methods": [⟦"text"⟧] }',
        }),
      },
      'a task that is listed twice': {
        task: taskFile({ file: '"new_tasks": ["sentiment-task", ⟦"sentiment-task"⟧]' }),
      },
      'a task that the prompt table could not hold': { task: taskFile({ of: '"taskname": ⟦"__metadata__"⟧' }) },
      'an example that is no row': { task: taskFile({ file: '"examples": [⟦"Bra"⟧]' }) },
    },
    silent: {
      'a file with every key': {
        task: taskFile({
          file: '"$schema": "./ptask.schema.json", "prompt_table": "a.safetensors", "trainer": { "early_stopping": null, "gradient_clip_val": null }, "p_tuning": { "encoder_type": "residual", "encoder_hidden": null }',
          of: '"truncate_field": null, "labels": null',
        }),
      },
      'a smallest learning rate of a schedule that does not fall': {
        task: taskFile({ file: '"optim": { "lr": 1e-5, "sched": { "name": "constant", "min_lr": 1e-4 } }' }),
      },
      'a metric of generated answers, which a task has': {
        task: taskFile({ file: '"trainer": { "val_metric": "word_f1" }', of: '"labels": null' }),
      },
      'a metric of generated answers, which one of two tasks has': {
        task: taskFile({
          file: `"trainer": { "val_metric": "slot_f1" }, "task_templates": [${template()}, ${template('"taskname": "other", "labels": null')}]`,
        }),
      },
      'a metric of generated answers, by which nothing is chosen': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"] }, "trainer": { "val_metric": "slot_f1" }' }),
      },
      'an lstm of one layer': { task: taskFile({ file: '"p_tuning": { "num_layers": 1 }' }) },
      'one layer of an mlp that is not used': {
        task: taskFile({
          file: '"virtual_prompt_style": "prompt-tuning", "p_tuning": { "encoder_type": "mlp", "num_layers": 1 }',
        }),
      },
      'a single path for a list': { task: taskFile({ file: '"data": { "train_ds": "train.jsonl" }' }) },
      'a key whose value is still being typed': { task: `{ "task_templates": [${template()}], "model": ` },
    },
  },
  'template-empty': {
    fires: {
      'nothing at all': { task: taskFile({ of: '"prompt_template": ⟦""⟧' }) },
      'blanks and a marker': { task: taskFile({ of: `"prompt_template": ⟦"${MARKER} \\n"⟧` }) },
    },
    silent: {
      'one placeholder': { task: taskFile({ of: `"prompt_template": "${MARKER}{sentence}"` }) },
      'a template of the wrong type': { task: taskFile({ of: '"prompt_template": 1' }) },
    },
  },
  'marker-missing': {
    fires: { 'text alone': { task: taskFile({ of: '"prompt_template": ⟦"{sentence}:{label}"⟧' }) } },
    silent: {
      'a marker at the end': { task: taskFile({ of: `"prompt_template": "{sentence}${MARKER}"` }) },
      'a marker that is misspelt': { task: taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT0|>{sentence}"' }) },
      'an empty template': { task: taskFile({ of: '"prompt_template": ""' }) },
    },
  },
  'marker-order': {
    fires: {
      'swapped markers': {
        task: taskFile({
          of: '"prompt_template": "⟦<|VIRTUAL_PROMPT_1|>⟧ {sentence} ⟦<|VIRTUAL_PROMPT_0|>⟧:{label}"',
        }),
      },
      'a gap': { task: taskFile({ of: '"prompt_template": "⟦<|VIRTUAL_PROMPT_1|>⟧ {sentence}:{label}"' }) },
      'a number twice': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}⟦${MARKER}⟧:{label}"` }),
      },
      'behind escapes': {
        task: taskFile({
          of: '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|>\\n{sentence}\\t⟦\\u003c|VIRTUAL_PROMPT_2|\\u003e⟧:{label}"',
        }),
      },
    },
    silent: {
      'markers in order': {
        task: taskFile({ of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>:{label}"` }),
      },
    },
  },
  'marker-malformed': {
    fires: {
      'no underscore': { task: taskFile({ of: '"prompt_template": "⟦<|VIRTUAL_PROMPT0|>⟧ {sentence}:{label}"' }) },
      'no bars': { task: taskFile({ of: '"prompt_template": "⟦<VIRTUAL_PROMPT_0>⟧ {sentence}:{label}"' }) },
      'no number': { task: taskFile({ of: '"prompt_template": "⟦<|VIRTUAL_PROMPT_|>⟧ {sentence}:{label}"' }) },
      'a leading zero': { task: taskFile({ of: '"prompt_template": "⟦<|VIRTUAL_PROMPT_00|>⟧ {sentence}"' }) },
      'small letters': { task: taskFile({ of: '"prompt_template": "⟦<|virtual_prompt_0|>⟧ {sentence}:{label}"' }) },
      'not closed': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}⟦<|VIRTUAL_PROMPT_1⟧ :{label}"` }),
      },
      'bare, in the middle of text': { task: taskFile({ of: '"prompt_template": "a ⟦VIRTUAL_PROMPT_0⟧ {sentence}"' }) },
    },
    silent: {
      'a marker': {},
      'a virtual prompt in prose': {
        task: taskFile({ of: `"prompt_template": "${MARKER} A virtual prompt: {sentence}"` }),
      },
    },
  },
  'split-count': {
    fires: {
      'too many': { task: taskFile({ of: '"virtual_token_splits": ⟦[6, 4]⟧' }) },
      'too few': {
        task: taskFile({
          of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>", "virtual_token_splits": ⟦[10]⟧`,
        }),
      },
      none: { task: taskFile({ of: '"virtual_token_splits": ⟦[]⟧' }) },
    },
    silent: {
      'one each': {
        task: taskFile({
          of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>", "virtual_token_splits": [6, 4]`,
        }),
      },
      'left out': { task: taskFile({ of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>"` }) },
      'no marker, which is said elsewhere': {
        task: taskFile({ of: '"prompt_template": "{sentence}", "virtual_token_splits": [10]' }),
      },
    },
  },
  'split-sum': {
    fires: {
      'one split, at its number': {
        task: taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": [⟦8⟧]' }),
      },
      'several, at the list': {
        task: taskFile({
          of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>", "total_virtual_tokens": 10, "virtual_token_splits": ⟦[7, 2]⟧`,
        }),
      },
    },
    silent: {
      'the right sum': { task: taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": [10]' }) },
      'no total': { task: taskFile({ of: '"virtual_token_splits": [8]' }) },
      'a split of the wrong type': {
        task: taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": ["8"]' }),
      },
    },
  },
  'split-zero': {
    fires: {
      zero: {
        task: taskFile({
          of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>", "virtual_token_splits": [10, ⟦0⟧]`,
        }),
      },
      'a total that is too small for the markers': {
        task: taskFile({
          of: `"prompt_template": "${MARKER}{sentence}<|VIRTUAL_PROMPT_1|>", "total_virtual_tokens": ⟦1⟧`,
        }),
      },
      'less than zero': { task: taskFile({ of: '"virtual_token_splits": [⟦-3⟧]' }) },
    },
    silent: { one: { task: taskFile({ of: '"virtual_token_splits": [1]' }) } },
  },
  'total-too-long': {
    fires: {
      'as long as max_seq_length': { task: taskFile({ of: '"total_virtual_tokens": ⟦48⟧' }) },
      'as long as the backbone takes beside its prefix': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"] }', of: '"total_virtual_tokens": ⟦444⟧' }),
      },
      'by the sum of the splits': { task: taskFile({ of: '"virtual_token_splits": ⟦[50]⟧' }) },
    },
    silent: {
      'just short enough': { task: taskFile({ of: '"total_virtual_tokens": 47' }) },
      'just short enough for the backbone': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"] }', of: '"total_virtual_tokens": 443' }),
      },
    },
  },
  'placeholder-malformed': {
    fires: {
      'not closed': { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{sentence⟧:{label}"` }) },
      'not closed at the end': { task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}:⟦{label⟧"` }) },
      empty: { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{}⟧{sentence}:⟦{ }⟧{label}"` }) },
      'behind escapes, letters outside ASCII': {
        task: taskFile({ of: `"prompt_template": "${MARKER}\\n\\u00e5 🙂 ⟦{mening⟧ {sentence}{label}"` }),
      },
      'in double braces, as Jinja has it': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{⟧{sentence}}:⟦{⟧{ label }}"` }),
      },
      'in full-width braces': {
        task: taskFile({ of: `"prompt_template": "${MARKER} 文：⟦｛sentence｝⟧ {topic}⟦｛ label ｝⟧{label}"` }),
        data: {
          'train.jsonl':
            '{"taskname": "sentiment-task", "sentence": "好", "topic": "a", "label": "positiva"}\n' +
            '{"taskname": "sentiment-task", "sentence": "坏", "topic": "b", "label": "negativa"}',
        },
      },
      'not opened': { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦sentence}⟧:{label}"` }) },
      'not opened, and of no row, but to be truncated': {
        task: taskFile({ of: `"truncate_field": "text", "prompt_template": "${MARKER} ⟦text}⟧ {sentence}:{label}"` }),
      },
      'the answer, not opened': { task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}:⟦label}⟧"` }) },
      'a name with vowel signs': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{वाक्य⟧: {sentence}{label}"` }),
      },
      'broken by a line end': { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{sen⟧\\ntence}:{label}"` }) },
    },
    silent: {
      'full-width braces around what is no field': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ｛例｝{sentence}:{label}"` }),
      },
      'a closing brace behind what is no field': {
        task: taskFile({ of: `"prompt_template": "${MARKER} note}{sentence}:{label}"` }),
      },
      'a closing brace alone': { task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}}:{label}"` }) },
    },
  },
  'placeholder-unknown': {
    fires: {
      'a misspelt field': { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{sentense}⟧:{label}"` }) },
      'a field that only the prototype of an object has': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{constructor}⟧ {sentence}:{label}"` }),
      },
    },
    silent: {
      'a field that some rows have': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "label": "positiva"}' },
      },
      'a second template of a task, which no row is for': {
        task: taskFile({
          file: `"task_templates": [${template(`"prompt_template": "${MARKER} {label}"`)}, ${template()}]`,
        }),
      },
      'no rows to tell from': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {x}"` }),
        data: { 'train.jsonl': '', 'validation.jsonl': '' },
      },
    },
  },
  'placeholder-duplicate': {
    fires: {
      'three times': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence} ⟦{sentence}⟧⟦{sentence}⟧:{label}"` }),
      },
    },
    silent: { 'two fields': {} },
  },
  'answer-field-missing': {
    fires: {
      'no answer field': { task: taskFile({ of: '"answer_only_loss": ⟦true⟧, "answer_field": null' }) },
      'labels without an answer field': {
        task: taskFile({ of: '"answer_field": null, ⟦"labels"⟧: { "positiva": [], "negativa": [] }' }),
      },
      'a chat without an answer field': {
        task: taskFile({ of: '"answer_field": null, "labels": null, "chat": ⟦true⟧' }),
      },
      'not in the template': { task: taskFile({ of: '"answer_field": ⟦"lable"⟧' }) },
    },
    silent: {
      'in the template': { task: taskFile({ of: '"answer_only_loss": true' }) },
      'not needed': { task: taskFile({ of: '"answer_field": null, "labels": null' }) },
    },
  },
  'answer-not-last': {
    fires: {
      'in front': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{label}⟧: {sentence}", "answer_only_loss": true` }),
      },
      'a line end behind it': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}:⟦{label}⟧\\n", "answer_only_loss": true` }),
      },
      'in front, in a chat': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{label}⟧: {sentence}", "chat": true` }),
      },
    },
    silent: {
      last: { task: taskFile({ of: '"answer_only_loss": true' }) },
      'a loss over everything': { task: taskFile({ of: `"prompt_template": "${MARKER} {label}: {sentence}"` }) },
    },
  },
  'answer-without-input': {
    fires: {
      'the same text in every row': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{sentence}⟧:{label}", "labels": null` }),
        data: { 'train.jsonl': `${row('a')}\n${row('a', 'x')}`, 'validation.jsonl': row('a', 'y') },
      },
      'a field behind it': { task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{label}⟧ says: {sentence}"` }) },
      'nothing but the answer': { task: taskFile({ of: `"prompt_template": "Say ${MARKER} ⟦{label}⟧"` }) },
      'the answer alone in front of itself': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {label} ⟦{label}⟧ {sentence}"` }),
      },
      'alone at the end, in a chat': {
        task: taskFile({ of: `"prompt_template": "${MARKER} ⟦{label}⟧", "chat": true` }),
      },
    },
    silent: {
      'the same text in all training rows, and another to measure': {
        task: taskFile({ of: '"labels": null' }),
        data: { 'train.jsonl': `${row('a')}\n${row('a', 'x')}`, 'validation.jsonl': row('b', 'y') },
      },
      'one training row': { data: { 'train.jsonl': row('a'), 'validation.jsonl': row('a') } },
      'a field in front': {},
      'a field in front and one behind': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}: {label} ({source})"` }),
      },
      'no answer': { task: taskFile({ of: `"prompt_template": "${MARKER} {label}", "answer_field": null` }) },
      'a placeholder that is being typed': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence :{label}"` }),
      },
      'an answer that must be last and is not, which is said elsewhere': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {label}: {sentence}", "answer_only_loss": true` }),
      },
    },
  },
  'marker-after-answer': {
    fires: {
      'one of two': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}:{label} ⟦<|VIRTUAL_PROMPT_1|>⟧"` }),
      },
      'all of them': {
        task: taskFile({
          of: `"prompt_template": "{sentence}:{label}⟦${MARKER}⟧ and ⟦<|VIRTUAL_PROMPT_1|>⟧."`,
        }),
      },
    },
    silent: {
      'between field and answer': {
        task: taskFile({ of: `"prompt_template": "{sentence} ${MARKER} {label} says the author."` }),
      },
      'without an answer': {
        task: taskFile({
          of: `"prompt_template": "{sentence}:{label} ${MARKER}", "answer_field": null, "labels": null`,
        }),
      },
      'an answer that must be last, which is said elsewhere': {
        task: taskFile({ of: `"prompt_template": "{sentence}:{label} ${MARKER}", "answer_only_loss": true` }),
      },
    },
  },
  'answer-end-missing': {
    fires: {
      'an answer that is generated': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "add_eos": ⟦false⟧ }' }).replace(
          /"labels": .*/,
          '"labels": null}]',
        ),
      },
      'labels that begin with another one': {
        task: `{ "model": "demo", "language": "sv", "data": { "add_eos": false }, "task_templates": [${template(
          '"labels": { "bra": [], ⟦"bra mat"⟧: [], ⟦"bra mat och vin"⟧: [], "god": [] }',
        )}] }`,
      },
      'an answer that is generated by a model without an end token': {
        task: taskFile({ file: '"model": ⟦"endless"⟧', of: '"labels": null' }),
        environment: { model: async () => ({ ...demoModel, hasEnd: false }) },
      },
      'one that is generated in a chat without an end token': {
        task: taskFile({ file: '"model": ⟦"endless"⟧', of: '"labels": null, "chat": true' }),
        environment: {
          model: async () => ({ ...demoModel, hasEnd: false, chat: chatOf('<user>', '<assistant>', '') }),
        },
      },
      'labels that begin with another one, with a model without an end token': {
        task: taskFile({ of: '"labels": { "bra": [], ⟦"bra mat"⟧: [] }' }),
        environment: { model: async () => ({ ...demoModel, hasEnd: false }) },
      },
      'a label of which the tokeniser makes nothing': {
        task: `{ "model": "demo", "language": "sv", "data": { "add_eos": false }, "task_templates": [${template(
          '"labels": { "🙂": [], ⟦"bra"⟧: [] }',
        )}] }`,
        environment: {
          model: async () => ({
            ...demoModel,
            tokenizer: { encode: (text) => wordTokeniser.encode(text.replaceAll('🙂', '')) },
          }),
        },
      },
    },
    silent: {
      'an end': { task: taskFile({ of: '"labels": null' }) },
      'a model that is known to have one': {
        task: taskFile({ of: '"labels": null' }),
        environment: { model: async () => ({ ...demoModel, hasEnd: true }) },
      },
      'labels that a model without an end token tells apart': {
        environment: { model: async () => ({ ...demoModel, hasEnd: false }) },
      },
      'a chat with an end of its own for a turn, of a model without one': {
        task: taskFile({ of: '"labels": null, "chat": true' }),
        environment: { model: async () => ({ ...demoModel, hasEnd: false, chat: chatOf('<user>', '<assistant>') }) },
      },
      'labels that begin with another one, with an end': {
        task: taskFile({ of: '"labels": { "bra": [], "bra mat": [] }' }),
      },
      'a label whose letters another one begins with, but not its tokens': {
        task: `{ "model": "demo", "language": "sv", "data": { "add_eos": false }, "task_templates": [${template(
          '"labels": { "bra": [], "brasa": [] }',
        )}] }`,
      },
      'a chat, which has an end of its own': {
        task: `{ ${CHAT}, "language": "sv", "data": { "add_eos": false }, "task_templates": [${template(
          '"chat": true, "labels": null',
        )}] }`,
      },
    },
  },
  'truncate-field-unknown': {
    fires: { 'no such field': { task: taskFile({ of: '"truncate_field": ⟦"text"⟧' }) } },
    silent: {
      'a field': { task: taskFile({ of: '"truncate_field": "sentence"' }) },
      'a field that lacks a brace': {
        task: taskFile({ of: `"truncate_field": "sentence", "prompt_template": "${MARKER} sentence}:{label}"` }),
      },
      none: { task: taskFile({ of: '"truncate_field": null' }) },
    },
  },
  'truncate-is-answer': {
    fires: { 'the answer': { task: taskFile({ of: '"truncate_field": ⟦"label"⟧' }) } },
    silent: {
      'another field': { task: taskFile({ of: '"truncate_field": "sentence"' }) },
      neither: { task: taskFile({ of: '"truncate_field": null, "answer_field": null, "labels": null' }) },
    },
  },
  'task-duplicate': {
    fires: {
      'the second and third of a name': {
        task: taskFile({
          file: `"task_templates": [${template()}, ${template('"taskname": ⟦"sentiment-task"⟧')}, ${template('"taskname": ⟦"sentiment-task"⟧')}]`,
        }),
      },
    },
    silent: {
      'two names': {
        task: taskFile({ file: `"task_templates": [${template()}, ${template('"taskname": "other"')}]` }),
      },
    },
  },
  'task-without-template': {
    fires: {
      'in both lists': {
        task: taskFile({ file: '"new_tasks": [⟦"sentiment"⟧, "sentiment-task"], "existing_tasks": [⟦"gone"⟧]' }),
      },
    },
    silent: { 'a name with a template': { task: taskFile({ file: '"new_tasks": ["sentiment-task"]' }) } },
  },
  'task-new-and-existing': {
    fires: {
      both: { task: taskFile({ file: '"new_tasks": [⟦"sentiment-task"⟧], "existing_tasks": ["sentiment-task"]' }) },
    },
    silent: {
      'new_tasks left out': { task: taskFile({ file: '"existing_tasks": ["sentiment-task"]' }) },
    },
  },
  'task-not-trained': {
    fires: {
      'not in the table': { task: taskFile({ file: '"existing_tasks": [⟦"sentiment-task"⟧]' }) },
      'no table': {
        task: taskFile({ file: '"prompt_table": "none.safetensors", "existing_tasks": [⟦"trained-task"⟧]' }),
      },
    },
    silent: { trained: { task: taskFile({ file: '"existing_tasks": ["trained-task"]' }) } },
  },
  'template-unused': {
    fires: {
      'in neither list': { task: taskFile({ file: '"new_tasks": []', of: '"taskname": ⟦"sentiment-task"⟧' }) },
    },
    silent: {
      'new_tasks left out': {},
      'a list that cannot be read': { task: taskFile({ file: '"new_tasks": 3' }) },
    },
  },
  'template-changed': {
    fires: {
      'another template': {
        task: taskFile({ of: `"taskname": "trained-task", "prompt_template": ⟦"${MARKER} {sentence} {label}"⟧` }),
      },
      'other splits': { task: taskFile({ of: '"taskname": "trained-task", "virtual_token_splits": ⟦[12]⟧' }) },
      'another total': { task: taskFile({ of: '"taskname": "trained-task", "total_virtual_tokens": ⟦12⟧' }) },
      'another way of standing': { task: taskFile({ of: '"taskname": "trained-task", "chat": ⟦true⟧' }) },
      'another chat template of the model': {
        task: taskFile({ file: CHAT, of: '"taskname": "told-in-another", "chat": ⟦true⟧' }),
      },
      'another total than a prompt of another program has': {
        task: taskFile({ file: FOREIGN, of: '"taskname": "trained-task", "total_virtual_tokens": ⟦12⟧' }),
      },
    },
    silent: {
      'the same': { task: taskFile({ of: '"taskname": "trained-task"' }) },
      'never trained': { task: taskFile({ of: '"virtual_token_splits": [12]' }) },
      'the same chat template': { task: taskFile({ file: CHAT, of: '"taskname": "trained-task", "chat": true' }) },
      'a chat template of which nothing was recorded': {
        task: taskFile({ file: CHAT, of: '"taskname": "trained-before-it-was-recorded", "chat": true' }),
      },
      'a prompt of another program, which names no template': {
        task: taskFile({ file: FOREIGN, of: '"taskname": "trained-task"' }),
      },
    },
  },
  'backbone-changed': {
    fires: {
      'at the table': { task: taskFile({ file: '"prompt_table": ⟦"other-backbone.prompts.safetensors"⟧' }) },
      'at the model, when the table is the default': {
        task: taskFile({ file: '"model": ⟦"demo"⟧' }),
        environment: {
          model: async () => ({ kind: 'ok', maxPositions: 448, prefixTokens: 0, fingerprint: 'retrained' }),
        },
      },
      'at a table of another width, whoever made it': {
        task: taskFile({ file: '"prompt_table": ⟦"foreign.safetensors"⟧' }),
        environment: { model: async () => ({ ...demoModel, about: { ...TINY, hidden: 8 } }) },
      },
    },
    silent: {
      'the same backbone': {},
      'a prompt of another program, which names no backbone': {
        task: taskFile({ file: FOREIGN }),
        environment: { model: async () => ({ ...demoModel, about: TINY }) },
      },
      'no table': { task: taskFile({ file: '"prompt_table": "new.safetensors"' }) },
    },
  },
  'model-not-found': {
    fires: {
      'a demo model, misspelt': { task: taskFile({ file: '"model": ⟦"demo-tny"⟧' }) },
      'no such folder': { task: taskFile({ file: '"model": ⟦"no-such-folder"⟧' }) },
      'a folder with a broken file': { task: taskFile({ file: '"model": ⟦"broken-folder"⟧' }) },
    },
    silent: { 'the demo model': {}, 'a model that was not given': { task: '{ "task_templates": [] }' } },
  },
  'model-unsupported': {
    fires: {
      'another architecture': { task: taskFile({ file: '"model": ⟦"bert-folder"⟧' }) },
      'a setting that no graph follows': { task: taskFile({ file: '"model": ⟦"odd-llama-folder"⟧' }) },
    },
    silent: { 'the demo model': {} },
  },
  'chat-template-missing': {
    fires: {
      'a base model': { task: taskFile({ of: '"chat": ⟦true⟧' }) },
      'a chat template that cannot be rendered': {
        task: taskFile({ file: '"model": "odd-chat-folder"', of: '"chat": ⟦true⟧' }),
      },
    },
    silent: { 'no chat': { task: taskFile({ of: '"chat": false' }) } },
  },
  'labels-same-tokens': {
    fires: {
      'letters that the tokeniser does not know': {
        task: taskFile({ of: '"labels": { "კარგი": [], "neutral": [], ⟦"ცუდი"⟧: [] }' }),
      },
      'in a chat': {
        task: taskFile({ file: CHAT, of: '"chat": true, "labels": { "კარგი": [], ⟦"ცუდი"⟧: [] }' }),
      },
      'upper and lower case, where the tokeniser makes no difference': {
        task: taskFile({ of: '"labels": { "Bra": [], ⟦"bra"⟧: [] }' }),
        environment: {
          model: async () => ({
            ...demoModel,
            tokenizer: { encode: (text) => wordTokeniser.encode(text.toLowerCase()) },
          }),
        },
      },
    },
    silent: {
      'other tokens': { task: taskFile({ of: '"labels": { "Bra": [], "bra": [] }' }) },
      'a label that is another one but for its blanks, which is said elsewhere': {
        task: taskFile({ of: '"labels": { "bra": [], " bra": [] }' }),
      },
    },
  },
  'data-not-found': {
    fires: {
      'a misspelt one': { task: taskFile({ file: '"data": { "train_ds": [⟦"trian.jsonl"⟧] }' }) },
      'a missing file, wherever it is named': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl", ⟦"gone.jsonl"⟧], "test_ds": [⟦"gone.jsonl"⟧] }',
        }),
      },
      'a single path': { task: taskFile({ file: '"data": { "train_ds": ⟦"gone.jsonl"⟧ }' }) },
      'a file that breaks off': {
        task: taskFile({ file: '"data": { "train_ds": [⟦"train.jsonl"⟧] }' }),
        environment: {
          readFile: async () =>
            (async function* () {
              yield new TextEncoder().encode(`${row('a')}\n`);
              throw new Error('the disk is gone');
            })(),
        },
      },
      'a file in UTF-16': {
        task: taskFile({ file: '"data": { "train_ds": [⟦"train.jsonl"⟧] }' }),
        environment: {
          readFile: async () =>
            (async function* () {
              yield Buffer.from(`\ufeff${row('a')}\n${row('b')}\n`, 'utf16le');
            })(),
        },
      },
      'a folder': {
        task: taskFile({ file: '"data": { "train_ds": [⟦"folder"⟧] }' }),
        environment: { readFile: async () => ({ unreadable: 'it is not a file' }) },
      },
    },
    silent: { 'files that are there': {} },
  },
  'data-format': {
    fires: {
      'a table': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", ⟦"more.csv"⟧] }' }),
        data: { 'more.csv': 'sentence,label\nBra,positiva\n' },
      },
      'a table of a spreadsheet': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", ⟦"more.XLSX"⟧] }' }),
        data: { 'more.XLSX': 'PK' },
      },
    },
    silent: {
      'lines of JSON': {},
      'a table that is not there, which is said elsewhere': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", "gone.csv"] }' }),
      },
    },
  },
  'data-empty': {
    fires: {
      'a file with blank lines only': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", ⟦"empty.jsonl"⟧] }' }),
      },
      'no rows for one task': {
        task: taskFile({
          file: `"new_tasks": [⟦"other"⟧, "sentiment-task"], "task_templates": [${template()}, ${template('"taskname": "other"')}]`,
        }),
      },
      'no rows for one task, the list left out': {
        task: taskFile({ file: `"task_templates": [${template()}, ${template('"taskname": ⟦"other"⟧')}]` }),
      },
      'no training data': { task: taskFile({ file: '"data": {}', of: '"taskname": ⟦"sentiment-task"⟧' }) },
      'training rows that are skipped, all of them': {
        task: taskFile({ of: '"taskname": ⟦"sentiment-task"⟧' }),
        data: { 'train.jsonl': [1, 2].map((n) => row(`${'bra '.repeat(60)}${n}`)).join('\n') },
      },
    },
    silent: {
      'rows for each task': {},
      'a training row that is not skipped': {
        data: { 'train.jsonl': `${row('bra '.repeat(60))}\n${row('bra')}` },
      },
      'training rows that are cut': {
        task: taskFile({ of: '"truncate_field": "sentence"' }),
        data: { 'train.jsonl': row('bra '.repeat(60)) },
      },
      'a task that is not trained now': {
        task: taskFile({ file: '"data": {}, "existing_tasks": ["sentiment-task"]' }),
      },
      'a file that is missing, which is said elsewhere': {
        task: taskFile({ file: '"data": { "train_ds": ["gone.jsonl"] }' }),
      },
    },
  },
  'validation-missing': {
    fires: {
      'settings that ask for it': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"] }, "trainer": { "early_stopping": ⟦{ "patience": 3 }⟧, "val_metric": ⟦"accuracy"⟧ }',
        }),
      },
      'one of two tasks': {
        task: taskFile({
          file: `"new_tasks": ["sentiment-task", ⟦"other"⟧], "task_templates": [${template()}, ${template('"taskname": "other"')}]`,
        }),
        data: { 'train.jsonl': `${row('a')}\n{"taskname": "other", "sentence": "a", "label": "positiva"}` },
      },
      'one of two tasks, the list left out': {
        task: taskFile({ file: `"task_templates": [${template()}, ${template('"taskname": ⟦"other"⟧')}]` }),
        data: { 'train.jsonl': `${row('a')}\n{"taskname": "other", "sentence": "a", "label": "positiva"}` },
      },
    },
    silent: {
      'validation rows': { task: taskFile({ file: '"trainer": { "early_stopping": { "patience": 3 } }' }) },
      'no validation data, which nothing asks for': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"] }, "trainer": { "early_stopping": null }' }),
      },
      'a task without training rows, which is said elsewhere': {
        task: taskFile({ file: `"task_templates": [${template()}, ${template('"taskname": "other"')}]` }),
      },
      'a task that is not trained': {
        task: taskFile({
          file: `"new_tasks": ["sentiment-task"], "existing_tasks": ["trained-task"], "task_templates": [${template()}, ${template('"taskname": "trained-task"')}]`,
        }),
        data: { 'train.jsonl': `${row('a')}\n{"taskname": "trained-task", "sentence": "a", "label": "positiva"}` },
      },
      'a file that is not there, which is said elsewhere': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["gone.jsonl"] }' }),
      },
      'rows of no task, which is said elsewhere': { data: { 'validation.jsonl': '{"taskname": "sentiment"}\nx' } },
    },
  },
  'row-syntax': {
    fires: {
      'a missing brace': { data: { 'train.jsonl': `${row('a')}\n{"taskname": "sentiment-task"⟦⟧\n${row('b')}` } },
      'no object': { data: { 'train.jsonl': '  ⟦["a"]⟧  ' } },
      'a bare word': { data: { 'train.jsonl': '{"taskname": ⟦sentiment⟧}' } },
      'a tab in a text': { data: { 'train.jsonl': '{"taskname": ⟦"a\tb"⟧}' } },
      'a trailing comma': { data: { 'train.jsonl': '{"taskname": "sentiment-task",⟦}⟧' } },
      'a comment': { data: { 'train.jsonl': '{"taskname": "sentiment-task"} ⟦// ok⟧' } },
    },
    silent: { 'blank lines': { data: { 'train.jsonl': `\r\n${row('a')}\r\n  \r\n` } } },
  },
  'row-taskname': {
    fires: {
      none: { data: { 'train.jsonl': ' ⟦{"sentence": "a", "label": "positiva"}⟧' } },
      'one without a template': { data: { 'train.jsonl': '{"taskname": ⟦"sentiment"⟧}' } },
      'not a text': { data: { 'train.jsonl': '{"taskname": ⟦7⟧}' } },
      'the name of a method': { data: { 'train.jsonl': '{"taskname": ⟦"constructor"⟧}' } },
      'in an example': { task: taskFile({ file: '"examples": [⟦{ "sentence": "a" }⟧]' }) },
    },
    silent: {
      'a task': {},
      'one that may be that of a template without a name': { task: taskFile({ of: '"taskname": ""' }) },
      'one of which the template may not be read yet': { task: taskFile({ file: '"task_templates": 1' }) },
    },
  },
  'row-field-missing': {
    fires: {
      'the sentence of one row': {
        data: { 'train.jsonl': `${row('a')}\n⟦{"taskname": "sentiment-task", "label": "positiva"}⟧` },
      },
      'the sentence of an example': { task: taskFile({ file: '"examples": [⟦{ "taskname": "sentiment-task" }⟧]' }) },
    },
    silent: {
      'a field that no row has, which is the template’s fault': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {x} {sentence}:{label}"` }),
      },
      'the answer of an example': {
        task: taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "sentence": "a" }]' }),
      },
    },
  },
  'row-field-extra': {
    fires: {
      'an id': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", ⟦"id"⟧: 1, "label": "positiva"}' },
      },
    },
    silent: {
      'the fields of the template': {},
      'a template that is not there yet': { task: taskFile({ of: '"prompt_template": null' }) },
      'a placeholder that is being typed': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence:{label}"` }),
      },
      'one that stands twice, which is told first': {
        data: {
          'train.jsonl': '{"taskname": "sentiment-task", "id": 1, "sentence": "a", "id": 2, "label": "positiva"}',
        },
      },
    },
  },
  'row-field-type': {
    fires: {
      'a number and a list': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": ⟦[1]⟧, "label": ⟦2⟧}' },
      },
      'the last of two, which counts': {
        data: {
          'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "sentence": ⟦null⟧}',
        },
      },
    },
    silent: {
      'an unused field': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "id": 1}' },
      },
    },
  },
  'row-field-repeated': {
    fires: {
      'a text twice': {
        data: {
          'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", ⟦"sentence"⟧: "b"}',
        },
      },
      'one of three times, and one that is written otherwise': {
        data: {
          'train.jsonl': `${row('a')}\n{"taskname": "sentiment-task", "sentence": "a\\\\", ⟦"sentence"⟧:1, "sentence": "\\": \\"", "label":"positiva", ⟦"l\\u0061bel"⟧ :"negativa"}`,
        },
      },
      'its task, and a field that no template uses': {
        data: {
          'train.jsonl': '{"taskname": "other", "id": 1, ⟦"taskname"⟧: "sentiment-task", ⟦"id"⟧: 2, "sentence": "a"}',
        },
      },
      'in an example': {
        task: taskFile({
          file: '"examples": [{ "taskname": "sentiment-task", "sentence": "a", /* b */ ⟦"sentence"⟧: "c" }]',
        }),
      },
    },
    silent: {
      'the same key in a value, and in a text': {
        data: {
          'train.jsonl':
            '{"taskname": "sentiment-task", "sentence": "\\"label\\": {", "label": "positiva", "id": [{"label": 1}, {"id": 2}]}',
        },
      },
      'another row': { data: { 'train.jsonl': `${row('a')}\n${row('b')}` } },
    },
  },
  'row-input-empty': {
    fires: {
      empty: { data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": ⟦""⟧, "label": "positiva"}' } },
      'blank, in a test row': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["test.jsonl"] }' }),
        data: { 'test.jsonl': '{"taskname": "sentiment-task", "label": "positiva", "sentence": ⟦" \\n"⟧}' },
      },
      'all of several fields': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {title} {sentence}:{label}"` }),
        data: {
          'train.jsonl': '{"taskname": "sentiment-task", "sentence": "", "title": ⟦" "⟧, "label": "positiva"}',
          'validation.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "title": " ", "label": "positiva"}',
        },
      },
    },
    silent: {
      'a text': {},
      'an example': { task: taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "sentence": "" }]' }) },
      'a field that is missing, which is said elsewhere': {
        data: { 'train.jsonl': `${row('a')}\n{"taskname": "sentiment-task", "label": "positiva"}` },
      },
      'nothing but the answer, which is said elsewhere': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {label}"` }),
        data: { 'train.jsonl': row('') },
      },
    },
  },
  'row-answer-empty': {
    fires: {
      empty: { data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": ⟦""⟧}' } },
      blank: { data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": ⟦" \\n"⟧}' } },
    },
    silent: {
      'an answer': {},
      'an empty sentence': { data: { 'train.jsonl': row('') } },
    },
  },
  'row-marker': {
    fires: {
      'a placeholder of the template': { data: { 'train.jsonl': row('Bra ⟦{label}⟧') } },
      'a marker, behind escapes': {
        data: {
          'train.jsonl':
            '{"taskname": "sentiment-task", "sentence": "\\u00e5\\n🙂⟦\\u003c|VIRTUAL_PROMPT_0|>⟧", "label": "positiva"}',
        },
      },
      'in an example': {
        task: taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "sentence": "⟦{sentence}⟧" }]' }),
      },
    },
    silent: {
      'other braces': { data: { 'train.jsonl': row('{x} {} <|endoftext|>') } },
      'in a field that is not used': {
        data: {
          'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "id": "{label}"}',
        },
      },
    },
  },
  'row-garbled': {
    fires: {
      'UTF-8 that was read as Windows-1252': { data: { 'train.jsonl': row('Vinsten f⟦Ã¶⟧rvÃ¤ntas') } },
      'in the answer': {
        task: taskFile({ of: '"labels": { "nöjd": [], "missnÃ¶jd": [] }' }),
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "missn⟦Ã¶⟧jd"}' },
      },
      'quotation marks': { data: { 'train.jsonl': row('⟦â€œ⟧Bra, sa han.') } },
      'Cyrillic letters': { data: { 'train.jsonl': row('⟦Ð´Ð°⟧ tack') } },
      'behind escapes, beside sound letters': {
        data: {
          'train.jsonl':
            '{"taskname": "sentiment-task", "sentence": "\\u00e5\\n🙂 sm⟦\\u00c3\\u00a5⟧", "label": "positiva"}',
        },
      },
      'a letter that is lost': { data: { 'train.jsonl': row('Vinsten ⟦\ufffd⟧kar') } },
      'half of an emoji, where a text was cut': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "Bra 🙂⟦\\ud83d⟧", "label": "positiva"}' },
      },
      'in an example': {
        task: taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "sentence": "⟦Ã¥⟧ret" }]' }),
      },
    },
    silent: {
      'sound letters': { data: { 'train.jsonl': row('Åland är på väg: æ ø é ß ñ ü “så” – 20 °C, 3 €') } },
      'capitals that a mark may follow': { data: { 'train.jsonl': row('IRMÃ… MAÇÃ” IRMÃ – IRMÃ» SÃO, Spaß« 5 Å²') } },
      'in a field that is not used': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "id": "Ã¶"}' },
      },
    },
  },
  'row-too-long': {
    fires: {
      'a row that is skipped': { data: { 'train.jsonl': `⟦${row('bra '.repeat(60).trim())}⟧` } },
      'a field that is cut': {
        task: taskFile({ of: '"truncate_field": "sentence"' }),
        data: {
          'train.jsonl': `{"taskname": "sentiment-task", "sentence": ⟦"${'bra '.repeat(60).trim()}"⟧, "label": "positiva"}`,
        },
      },
      'a field that is cut in both of its places': {
        task: taskFile({
          of: '"truncate_field": "sentence", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} {sentence}:{label}"',
        }),
        data: {
          'train.jsonl': `{"taskname": "sentiment-task", "sentence": ⟦"${'bra '.repeat(35).trim()}"⟧, "label": "positiva"}`,
        },
      },
      'a short field that stands many times': {
        task: taskFile({
          file: '"data": { "train_ds": "train.jsonl", "validation_ds": "validation.jsonl", "max_seq_length": 512 }',
          of: `"prompt_template": "<|VIRTUAL_PROMPT_0|> ${'{sentence}'.repeat(8)}:{label}"`,
        }),
        data: { 'train.jsonl': `⟦${row('a.'.repeat(40))}⟧` },
      },
      // Prefix 4, virtual 10, " " and ":" 2 words with the sentence, answer 1, end token 1: 18 and the 31st word is one too many.
      'a row of 49 tokens': { data: { 'train.jsonl': `⟦${row(Array(32).fill('bra').join(' '))}⟧` } },
      'a row of 49 tokens with its label, which is longer than the form of it that stands there': {
        task: taskFile({ of: '"labels": { "helt och hållet positiva": ["positiva"], "negativa": [] }' }),
        data: { 'train.jsonl': `⟦${row(Array(29).fill('bra').join(' '))}⟧\n${row(Array(28).fill('bra').join(' '))}` },
      },
    },
    silent: {
      'a template whose virtual tokens leave no room, which is at fault': {
        task: taskFile({ of: '"total_virtual_tokens": 4000' }),
      },
      'a row of 48 tokens': { data: { 'train.jsonl': row(Array(31).fill('bra').join(' ')) } },
      'a model without a tokeniser': {
        data: { 'train.jsonl': row('bra '.repeat(60)) },
        environment: {
          model: async () => ({ kind: 'ok', maxPositions: 448, prefixTokens: 0, fingerprint: 'demo-fingerprint' }),
        },
      },
    },
  },
  'row-label-unknown': {
    fires: {
      misspelt: { data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": ⟦"postiva"⟧}' } },
      'the name of a method': {
        data: { 'train.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": ⟦"toString"⟧}' },
      },
    },
    silent: {
      'another form, with a space': { data: { 'train.jsonl': row('a', ' positiv') } },
      'no labels': { task: taskFile({ of: '"labels": null' }), data: { 'train.jsonl': row('a', 'x') } },
    },
  },
  'row-duplicate': {
    fires: {
      'the second and third of a row, keys in another order': {
        data: {
          'train.jsonl': `${row('a')}\n${row('b')}\n⟦${row('a')}⟧\n⟦{"label": "positiva", "sentence": "a", "taskname": "sentiment-task"}⟧`,
        },
      },
      'rows that differ in an unused field': {
        data: {
          'train.jsonl': `${row('a')}\n⟦{"taskname": "sentiment-task", "sentence": "a", "label": "positiva", "id": "2"}⟧`,
        },
      },
      'a row of another file of the same list': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", "more.jsonl"] }' }),
        data: { 'train.jsonl': row('a'), 'more.jsonl': `${row('b')}\n⟦${row('a')}⟧\n⟦${row('a')}⟧` },
      },
      'a row of free text in another file of the same list': {
        task: taskFile({ of: '"labels": null', file: '"data": { "test_ds": ["train.jsonl", "more.jsonl"] }' }),
        data: { 'train.jsonl': row('a'), 'more.jsonl': `${row('a', 'x')}\n⟦${row('a')}⟧` },
      },
      'a file that is listed twice, by two names': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", ⟦"./train.jsonl"⟧] }' }),
      },
    },
    silent: {
      'another answer': { data: { 'train.jsonl': `${row('a')}\n${row('a', 'negativa')}` } },
      'a row of validation data in test data': {
        task: taskFile({ file: '"data": { "validation_ds": ["train.jsonl"], "test_ds": ["more.jsonl"] }' }),
        data: { 'train.jsonl': row('a'), 'more.jsonl': row('a') },
      },
      'letters that move between fields': { data: { 'train.jsonl': `${row('ab', 'c')}\n${row('a', 'bc')}` } },
      'a template that is not there yet': {
        task: taskFile({ of: '"prompt_template": null' }),
        data: { 'train.jsonl': `${row('a')}\n${row('b')}` },
      },
      'a placeholder that is being typed': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence:{label}"` }),
        data: { 'train.jsonl': `${row('a')}\n${row('b')}` },
      },
      'a misspelt placeholder': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentense}:{label}"` }),
        data: { 'train.jsonl': `${row('a')}\n${row('b')}` },
      },
    },
  },
  'row-contradiction': {
    fires: {
      'rows that differ in the label alone': {
        data: {
          'train.jsonl': `${row('a')}\n${row('b')}\n{"sentence": "a", "taskname": "sentiment-task", "id": 1, "label": ⟦"negativ"⟧}\n${row('a', 'positiv')}`,
        },
      },
      'rows of two training files': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl", "more.jsonl"] }' }),
        data: {
          'train.jsonl': `${row('a')}\n${row('b')}`,
          'more.jsonl': `${row('c')}\n{"taskname": "sentiment-task", "sentence": "a", "label": ⟦"negativa"⟧}`,
        },
      },
      'rows of two test files': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["test.jsonl", "more.jsonl"] }',
        }),
        data: {
          'test.jsonl': row('a'),
          'more.jsonl': '{"taskname": "sentiment-task", "sentence": "a", "label": ⟦"negativa"⟧}',
        },
      },
      'a training row and a validation row': {
        data: {
          'validation.jsonl': '{"taskname": "sentiment-task", "sentence": "Kursen faller", "label": ⟦"positiva"⟧}',
        },
      },
    },
    silent: {
      'forms of one label': { data: { 'train.jsonl': `${row('a')}\n${row('a', 'positiv')}\n${row('a', ' positiv')}` } },
      'an answer that is no label, which is said elsewhere': {
        data: { 'train.jsonl': `${row('a')}\n${row('a', 'x')}` },
      },
      'no labels, so that several answers may be right': {
        task: taskFile({ of: '"labels": null' }),
        data: { 'train.jsonl': `${row('a')}\n${row('a', 'x')}` },
      },
      'no text to tell rows apart by': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {label}"` }),
        data: { 'train.jsonl': `${row('a')}\n${row('a', 'negativa')}` },
      },
      'validation and test rows': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"], "test_ds": ["test.jsonl"] }',
        }),
        data: { 'validation.jsonl': row('a'), 'test.jsonl': row('a', 'negativa') },
      },
      'rows that lack the text': {
        data: {
          'train.jsonl': `${row('a')}\n{"taskname": "sentiment-task", "label": "positiva"}\n{"taskname": "sentiment-task", "label": "negativa"}`,
        },
      },
    },
  },
  'data-leak': {
    fires: {
      'a validation row': { data: { 'validation.jsonl': `${row('ny')}\n⟦${row('Kursen stiger')}⟧` } },
      'a validation row whose label has another form': {
        data: {
          'validation.jsonl': `⟦${row('Kursen faller', 'negativ')}⟧\n⟦${row('Kursen stiger')}⟧\n⟦${row('Kursen stiger', ' positiv')}⟧`,
        },
      },
      'a whole file': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "test_ds": [⟦"train.jsonl"⟧] }' }),
      },
      'a whole file that is validation data too': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["test.jsonl"], "test_ds": [⟦"test.jsonl"⟧] }',
        }),
      },
      'rows that differ in letter case, blanks or composition alone': {
        data: {
          'train.jsonl': [
            row('Kursen stiger!'),
            row('På Öland'),
            row('Σ och Ж'),
            row('Kursen faller', 'negativa'),
          ].join('\n'),
          'validation.jsonl': `⟦${row('KURSEN  stiger !')}⟧\n⟦${row('På Öland'.normalize('NFD'))}⟧\n⟦${row('σ och ж ')}⟧\n⟦${row('kursen faller', 'negativ')}⟧`,
        },
      },
      'rows of free text that differ so, with the same answer': {
        task: taskFile({ of: '"labels": null' }),
        data: { 'train.jsonl': row('Tänd lampan', 'TÄND'), 'validation.jsonl': `⟦${row('tänd lampan', 'TÄND')}⟧` },
      },
    },
    silent: {
      'other rows': {},
      'another answer, so that letter case tells': {
        data: { 'train.jsonl': row('HEJ', 'negativa'), 'validation.jsonl': row('Hej') },
      },
      'an answer of free text in other letters': {
        task: taskFile({ of: '"labels": null' }),
        data: { 'train.jsonl': row('hej', 'HEJ'), 'validation.jsonl': row('Hej', 'Hej') },
      },
      'training rows that letter case tells apart': {
        data: { 'train.jsonl': [row('HEJ', 'negativa'), row('hej')].join('\n'), 'validation.jsonl': row('Hej') },
      },
      'a task in which letter case tells as often as not': {
        data: {
          'train.jsonl': [row('JA', 'negativa'), row('ja'), row('NEJ'), row('nej'), row('hej')].join('\n'),
          'validation.jsonl': row('Hej'),
        },
      },
      'the same row in validation and test': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["test.jsonl"], "test_ds": ["validation.jsonl"] }',
        }),
        data: { 'validation.jsonl': row('Aktien lyfter') },
      },
    },
  },
  'labels-unbalanced': {
    fires: {
      'one label in all training rows, and another in none': {
        task: taskFile({ of: '"labels": { ⟦"positiva"⟧: [], ⟦"negativa"⟧: [] }' }),
        data: { 'train.jsonl': `${row('a')}\n${row('b')}`, 'validation.jsonl': row('c') },
      },
      'one row of twelve': {
        task: taskFile({ of: '"labels": { "positiva": [], ⟦"negativa"⟧: [] }' }),
        data: {
          'train.jsonl': [...Array.from({ length: 11 }, (_, i) => row(`a${i}`)), row('b', 'negativa')].join('\n'),
        },
      },
      'no row': { task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], ⟦"neutrala"⟧: [] }' }) },
      'no training row, but one to measure': {
        task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], ⟦"neutrala"⟧: [] }' }),
        data: { 'validation.jsonl': row('Kursen står still', 'neutrala') },
      },
      'no training row, but some to measure': {
        task: taskFile({ of: '"labels": { "positiva": [], ⟦"negativa"⟧: ["negativ"] }' }),
        data: { 'train.jsonl': row('a'), 'validation.jsonl': `${row('b', 'negativ')}\n${row('c', 'negativa')}` },
      },
    },
    silent: {
      'an empty label, which is said elsewhere': {
        task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], "": [] }' }),
      },
      'a label that stands for another one, which is said elsewhere': {
        task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], " positiva": [] }' }),
      },
      'one row of eleven': {
        data: {
          'train.jsonl': [...Array.from({ length: 10 }, (_, i) => row(`a${i}`)), row('b', 'negativ')].join('\n'),
        },
      },
    },
  },
  'label-unmeasured': {
    fires: {
      'one label alone': { task: taskFile({ of: '"labels": ⟦{ "positiva": ["positiv"] }⟧' }) },
      'rows that are all of one label': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": [⟦"positive-rows.jsonl"⟧], "test_ds": ["validation.jsonl"] }',
        }),
      },
      'test rows that are all of one label, in two files': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "test_ds": [⟦"test.jsonl"⟧, "positive-rows.jsonl"] }',
        }),
      },
      'a label of training rows that is not among the others': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": [⟦"validation.jsonl"⟧], "test_ds": [⟦"other.jsonl"⟧] }',
          of: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }',
        }),
        data: {
          'train.jsonl': [row('a'), row('b', 'negativa'), row('c', 'neutrala')].join('\n'),
          'validation.jsonl': [row('d'), row('e', 'negativa'), row('f')].join('\n'),
          'other.jsonl': [row('g'), row('h', 'negativa'), row('i')].join('\n'),
        },
      },
    },
    silent: {
      'all labels': {},
      'fewer rows than labels': {
        task: taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["test.jsonl"] }' }),
      },
      'a label that no training row has': {
        task: taskFile({ of: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }' }),
        data: { 'validation.jsonl': [row('d'), row('e', 'negativa'), row('f')].join('\n') },
      },
      'forms of both labels': {
        data: { 'validation.jsonl': `${row('a', ' positiv')}\n${row('b', 'negativ')}` },
      },
      'no labels': {
        task: taskFile({
          file: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["positive-rows.jsonl"] }',
          of: '"labels": null',
        }),
      },
    },
  },
  'answer-boundary': {
    fires: {
      'no blank between': { task: taskFile({ of: `"prompt_template": "${MARKER} {sentence} mood⟦{label}⟧"` }) },
      'some rows only': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence}⟦{label}⟧"` }),
        data: { 'train.jsonl': `${row('Slut.')}\n${row('Slut')}` },
      },
      'a blank that the rows have and their label has not': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence} mood⟦{label}⟧"` }),
        data: { 'train.jsonl': row('Slut', ' positiva') },
      },
    },
    silent: {
      'a colon': {},
      'a blank that the labels have and their rows have not': {
        task: taskFile({
          of: `"prompt_template": "${MARKER} {sentence} mood{label}", "labels": { " positiva": [], " negativa": [] }`,
        }),
      },
      'a space, which goes with the answer': {
        task: taskFile({ of: `"prompt_template": "${MARKER} {sentence} mood {label}"` }),
      },
      'virtual tokens between': { task: taskFile({ of: `"prompt_template": "{sentence}${MARKER}{label}"` }) },
    },
  },
};
