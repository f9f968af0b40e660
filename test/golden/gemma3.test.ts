import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { parseSafetensors, serializeSafetensors, type TensorData } from '../../model/src/safetensors.ts';
import { temporaryFolder } from '../unit/engine/temporary-folder.ts';
import { checkLossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

const root = temporaryFolder();
const { dir, golden } = goldenBackbones().find(({ name }) => name === 'gemma3_text')!;

it.each(['language_model.model.', 'model.language_model.'])(
  'a Gemma 3 that sees is its text model (%s)',
  async (at) => {
    const folder = mkdtempSync(path.join(root, 'model-'));
    const text_config = JSON.parse(readFileSync(path.join(dir, 'config.json'), 'utf8'));
    const config = { model_type: 'gemma3', eos_token_id: [1, 106], text_config, vision_config: { hidden_size: 8 } };
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
    const bytes = new Uint8Array(readFileSync(path.join(dir, 'model.safetensors')));
    const parsed = parseSafetensors(bytes);
    if (parsed.kind !== 'ok') throw new Error(parsed.problem.message);
    const tensors = new Map<string, TensorData>();
    for (const [name, { dtype, shape, begin, end }] of parsed.header.tensors)
      tensors.set(name.replace(/^model\./, at), { dtype, shape, data: bytes.slice(begin, end) });
    tensors.set('vision_tower.weight', { dtype: 'F32', shape: [1], data: new Uint8Array(4) });
    writeFileSync(path.join(folder, 'model.safetensors'), serializeSafetensors(tensors));
    const backbone = await openGolden(folder);
    if (typeof backbone === 'string') throw new Error(backbone);
    expect(backbone.model.config.eosId).toBe(1);
    const step = new BackboneStep(backbone);
    await checkLossAndGradient(step, golden, golden.cases[1]!);
    await step.release();
  },
);
