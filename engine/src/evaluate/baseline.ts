import { parseTemplate } from '../../../task/src/template.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Row } from '../data/tokenise.ts';
import type { Random } from '../random.ts';
import { formMapper } from './metrics.ts';

export type Baseline = 'zero' | 'one' | 'few';

/** The template without its virtual tokens: what the frozen model gets when nothing was trained. */
export function withoutVirtualTokens(template: TaskTemplate): TaskTemplate {
  const { segments } = parseTemplate(template.prompt_template, template.virtual_token_splits);
  let text = '';
  let markerBefore = false;
  for (const segment of segments) {
    if (segment.kind === 'virtual') {
      markerBefore = true;
      continue;
    }
    const part = segment.kind === 'field' ? `{${segment.name}}` : segment.text;
    // Of the blanks around a marker one is enough.
    text += markerBefore && text.endsWith(' ') && part.startsWith(' ') ? part.slice(1) : part;
    markerBefore = false;
  }
  return {
    ...template,
    prompt_template: text,
    total_virtual_tokens: 0,
    virtual_token_splits: [],
  };
}

/**
 * The order in which training rows are shown to the frozen model: taken in turn from each label, so that any number
 * of them is balanced; within a label, and for free text, at random.
 */
export function shotOrder(template: TaskTemplate, rows: readonly Row[], random: Random): Row[] {
  const field = template.answer_field ?? '';
  const canonical = template.labels ? formMapper(template.labels) : undefined;
  const byLabel = new Map<string, Row[]>();
  for (const row of random.shuffle(rows)) {
    const label = canonical?.(String(row[field] ?? '')) ?? '';
    byLabel.set(label, [...(byLabel.get(label) ?? []), row]);
  }
  const piles = random.shuffle([...byLabel.values()]);
  const order: Row[] = [];
  for (let round = 0; order.length < rows.length; round++) {
    for (const pile of piles) if (pile[round]) order.push(pile[round]!);
  }
  return order;
}

/** How many of the shots, each so many tokens long, fit into `room`, in order. At most one for `one`, none for `zero`. */
export function shotsThatFit(lengths: readonly number[], room: number, baseline: Baseline): number {
  const most = baseline === 'zero' ? 0 : baseline === 'one' ? 1 : lengths.length;
  let count = 0;
  let used = 0;
  while (count < most && used + lengths[count]! <= room) used += lengths[count++]!;
  return count;
}
