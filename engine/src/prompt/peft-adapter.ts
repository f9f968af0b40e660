import type { ModelFolder } from '../../../model/src/model-folder.ts';
import { serializeSafetensors } from '../../../model/src/safetensors.ts';
import { parseTemplate, type Segment } from '../../../task/src/template.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';

/** A trained prompt, and what stands around it. */
export interface ExportedPrompt {
  readonly template: TaskTemplate;
  /** Row-major [virtual tokens, hidden]. */
  readonly embeddings: Float32Array;
  /** What stands in front of every row's template: a demo model's own tokens, or the model's first token. */
  readonly inFront: 'nothing' | 'model-prefix' | 'first-token';
  readonly config: ModelFolder['config'];
  /** A Hugging Face id, or a folder. */
  readonly base: string;
}

export type PeftAdapter =
  | { readonly kind: 'ok'; readonly files: ReadonlyMap<string, Uint8Array> }
  /** Why PEFT could not put these virtual tokens where they were trained; to stand after the task's name. */
  | { readonly kind: 'impossible'; readonly reason: string };

/**
 * A prompt as the folder of a Hugging Face PEFT adapter (prompt tuning, in which virtual tokens are kept as they are): its
 * configuration, weights, and a page that says what text goes behind them. PEFT puts virtual tokens in front of all
 * others, so no other template can be given to it.
 */
export function peftAdapter(prompt: ExportedPrompt): PeftAdapter {
  const { template, embeddings, config, base } = prompt;
  const { segments } = parseTemplate(template.prompt_template, template.virtual_token_splits);
  const reason = obstacle(prompt, segments);
  if (reason !== undefined) return { kind: 'impossible', reason };
  const count = template.total_virtual_tokens;
  const settings = {
    peft_type: 'PROMPT_TUNING',
    task_type: 'CAUSAL_LM',
    inference_mode: true,
    base_model_name_or_path: base,
    num_virtual_tokens: count,
    token_dim: config.hidden,
    num_layers: config.layers,
    num_attention_heads: config.heads,
    num_transformer_submodules: 1,
    prompt_tuning_init: 'RANDOM',
  };
  const weights = { dtype: 'F32', shape: [count, config.hidden], data: embeddings } as const;
  const text = (content: string) => new TextEncoder().encode(content);
  const files = new Map<string, Uint8Array>([
    ['adapter_config.json', text(`${JSON.stringify(settings, undefined, 2)}\n`)],
    ['adapter_model.safetensors', serializeSafetensors(new Map([['prompt_embeddings', weights]]), { format: 'pt' })],
    ['README.md', text(page(prompt, segments))],
  ]);
  return { kind: 'ok', files };
}

function obstacle({ template, inFront }: ExportedPrompt, segments: readonly Segment[]): string | undefined {
  if (template.chat) return "stands in the model's chat template, and PEFT puts virtual tokens in front of that";
  if (segments.filter(({ kind }) => kind === 'virtual').length > 1)
    return 'has virtual tokens in several places, and PEFT puts all of them in front';
  if (segments[0]?.kind !== 'virtual')
    return 'has text in front of its virtual tokens, and PEFT puts them in front of all text';
  if (inFront === 'model-prefix')
    return 'was trained behind the tokens that begin every prompt of this model, and PEFT puts virtual tokens in front of those';
  if (inFront === 'first-token')
    return 'was trained behind the model\'s first token, and PEFT puts virtual tokens in front of that; train it with "add_bos": false';
  return undefined;
}

/** The text of a row behind the virtual tokens, up to its answer, and what goes with the answer of it: one blank in front. */
function textBeforeAnswer(
  { answer_field }: TaskTemplate,
  segments: readonly Segment[],
): { text: string; blank: string } {
  const last = segments.findLastIndex((segment) => segment.kind === 'field' && segment.name === answer_field);
  const text = (last < 0 ? segments : segments.slice(0, last))
    .map((segment) => (segment.kind === 'text' ? segment.text : segment.kind === 'field' ? `{${segment.name}}` : ''))
    .join('');
  return last >= 0 && text.endsWith(' ') ? { text: text.slice(0, -1), blank: ' ' } : { text, blank: '' };
}

function page({ template, base }: ExportedPrompt, segments: readonly Segment[]): string {
  const { text, blank } = textBeforeAnswer(template, segments);
  const labels = Object.keys(template.labels ?? {}).map((label) => `    ${JSON.stringify(blank + label)}\n`);
  const answers =
    labels.length > 0
      ? `Behind it stands one of these answers, followed by the model's end token:\n\n${labels.join('')}`
      : `The model goes on with its answer and ends with its end token.\n`;
  return `# ${template.taskname}

${template.total_virtual_tokens} virtual tokens for ${base}, trained by ptask. PEFT puts them in front of a text:

\`\`\`python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = ${JSON.stringify(base)}
tokenizer = AutoTokenizer.from_pretrained(base)
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), ".")
row = tokenizer(text, add_special_tokens=False, return_tensors="pt")
print(tokenizer.decode(model.generate(**row, max_new_tokens=64, do_sample=False)[0], skip_special_tokens=True))
\`\`\`

\`text\` is this string, with the fields of a row filled in, every blank as it stands:

    ${JSON.stringify(text)}

${answers}`;
}
