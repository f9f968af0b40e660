import { ensureDemoBackbone } from '../engine/src/backbone/demo/demo-backbone.ts';
import type { EncoderStates } from '../model/src/demo/demo-folder.ts';
import { DEMO_SIZES, findWhisperPackage } from '../model/src/demo/packages.ts';
import { openModelFolder } from '../model/src/model-folder.ts';
import { promptPrefixText } from '../model/src/prompt-prefix.ts';
import { loadReference, logProbability } from './gpt2-reference.ts';

/*
 * Perplexity per UTF-8 byte of the demo backbones on a few sentences, with either choice of encoder states:
 *
 *     npm run bench demo-backbone
 */

const SENTENCES: readonly (readonly [language: string, what: string, text: string])[] = [
  ['en', 'English command', " Set an alarm for seven o'clock tomorrow morning and remind me to call my mother."],
  [
    'en',
    'English finance',
    ' Operating profit rose to 13.1 million euros from 8.7 million in the corresponding period of last year.',
  ],
  [
    'en',
    'its words shuffled',
    ' million corresponding from profit in Operating of euros last 8.7 to 13.1 the million year rose period.',
  ],
  ['sv', 'Swedish story', ' Det var en gång en liten flicka som bodde med sin mormor i en röd stuga vid skogens kant.'],
  ['sv', 'Swedish command', ' Kan du tända lampan i vardagsrummet och spela lite lugn musik?'],
];

const rows: Record<string, string | number>[] = [];
for (const size of DEMO_SIZES) {
  if (!findWhisperPackage(size)) continue;
  for (const states of ['silence', 'zero'] satisfies EncoderStates[]) {
    const started = performance.now();
    const dir = await ensureDemoBackbone(size, { states });
    const seconds = (performance.now() - started) / 1000;
    const opened = await openModelFolder(dir);
    if (opened.kind !== 'ok') throw new Error(opened.problem);
    const tokenizer = await opened.model.loadTokenizer();
    const forward = await loadReference(opened.model);
    const row: Record<string, string | number> = { model: size, states, 'ready in s': Number(seconds.toFixed(1)) };
    for (const [language, what, text] of SENTENCES) {
      const prefix = promptPrefixText(opened.model.config.prefix, language);
      if ('problem' in prefix) throw new Error(prefix.problem);
      const front = tokenizer.encodeSpecial(prefix.text);
      const ids = [...front, ...tokenizer.encode(text)];
      const logits = forward(ids);
      let total = 0;
      for (let t = front.length; t < ids.length; t++) total -= logProbability(logits[t - 1]!, ids[t]!);
      row[what] = Number(Math.exp(total / Buffer.byteLength(text)).toFixed(2));
    }
    rows.push(row);
  }
}
console.table(rows);
