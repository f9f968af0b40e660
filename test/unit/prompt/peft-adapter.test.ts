import { describe, expect, it } from 'vitest';
import { type ExportedPrompt, type PeftAdapter, peftAdapter } from '../../../engine/src/prompt/peft-adapter.ts';
import { parseSafetensors } from '../../../model/src/safetensors.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';

function template(prompt_template: string, changes: Partial<TaskTemplate> = {}): TaskTemplate {
  return {
    taskname: 'mood',
    prompt_template,
    total_virtual_tokens: 2,
    virtual_token_splits: [2],
    truncate_field: null,
    answer_only_loss: true,
    answer_field: 'label',
    labels: { good: [], bad: ['poor'] },
    chat: false,
    ...changes,
  };
}

function exported(changes: Partial<ExportedPrompt> = {}): PeftAdapter {
  const config = { hidden: 3, layers: 4, heads: 1 } as ExportedPrompt['config'];
  return peftAdapter({
    template: template('<|VIRTUAL_PROMPT_0|> {text} Mood: {label}'),
    embeddings: Float32Array.of(1, 2, 3, 4, 5, 6),
    inFront: 'nothing',
    config,
    base: 'owner/name',
    ...changes,
  });
}

function filesOf(adapter: PeftAdapter): ReadonlyMap<string, Uint8Array> {
  if (adapter.kind !== 'ok') throw new Error(adapter.reason);
  return adapter.files;
}

const textOf = (adapter: PeftAdapter, name: string) => new TextDecoder().decode(filesOf(adapter).get(name));

describe('a prompt as a PEFT adapter', () => {
  it('has the virtual tokens as they are, and what PEFT asks of the model', () => {
    const adapter = exported();
    expect(JSON.parse(textOf(adapter, 'adapter_config.json'))).toMatchObject({
      peft_type: 'PROMPT_TUNING',
      base_model_name_or_path: 'owner/name',
      num_virtual_tokens: 2,
      token_dim: 3,
      num_layers: 4,
    });
    const bytes = filesOf(adapter).get('adapter_model.safetensors')!;
    const weights = parseSafetensors(bytes);
    if (weights.kind !== 'ok') throw new Error('broken');
    const { dtype, shape, begin, end } = weights.header.tensors.get('prompt_embeddings')!;
    expect({ dtype, shape }).toEqual({ dtype: 'F32', shape: [2, 3] });
    expect([...new Float32Array(bytes.slice(begin, end).buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('says what text goes behind them, and which answers there are', () => {
    const page = textOf(exported(), 'README.md');
    expect(page).toContain('\n    " {text} Mood:"\n');
    expect(page).toContain('\n    " good"\n    " bad"\n');
    const generated = template('<|VIRTUAL_PROMPT_0|>{text}\n{label}', { labels: null });
    expect(textOf(exported({ template: generated }), 'README.md')).toContain('\n    "{text}\\n"\n');
  });

  it.each([
    ['text in front', { template: template('Mood <|VIRTUAL_PROMPT_0|> {text} {label}') }, /has text in front/],
    [
      'several places',
      {
        template: template('<|VIRTUAL_PROMPT_0|>{text}<|VIRTUAL_PROMPT_1|> {label}', { virtual_token_splits: [1, 1] }),
      },
      /in several places/,
    ],
    ['a first token', { inFront: 'first-token' }, /"add_bos": false/],
    ['a demo model', { inFront: 'model-prefix' }, /begin every prompt of this model/],
    ['a chat', { template: template('<|VIRTUAL_PROMPT_0|> {text} {label}', { chat: true }) }, /chat template/],
  ] as const)('is none of a template with %s', (_, changes, reason) => {
    expect(exported(changes)).toEqual({ kind: 'impossible', reason: expect.stringMatching(reason) });
  });
});
