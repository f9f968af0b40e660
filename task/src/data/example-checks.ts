import type { Problem } from '../../../protocol/src/problem.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import { nodeAt, properties } from '../json-tree.ts';
import { severalOf } from '../repeated-fields.ts';
import { RowFindings } from '../row-findings.ts';
import { RowPlaces, type RowView } from '../row-view.ts';
import type { RowObject } from '../rows.ts';
import type { Finding, Rule } from '../rule.ts';
import { rowFieldMissing } from '../rules/row-field-missing.ts';
import type { RowTokens, TokenMeter } from '../tokens.ts';
import { viewOf } from './fired-rows.ts';
import type { Work } from './work.ts';

/** An example whose tokens must be counted. */
export interface LongExample {
  readonly source: string;
  readonly template: TemplateView;
  readonly value: RowObject;
}

export interface ExamplesInput {
  readonly context: TaskContext;
  readonly meter: TokenMeter | undefined;
  readonly rules: readonly Rule[];
  /** Changes with all that the rules may look at in the task file. */
  readonly signature: string;
  /** And with what rules that look at tokens may look at as well. */
  readonly slowSignature: string;
  /** Groups of findings that are left out. */
  readonly dropped: ReadonlySet<string>;
}

interface Known {
  /** All that the problems depend on, but for the text of the examples. */
  readonly key: string;
  readonly source: string;
  readonly problems: readonly Problem[];
}

/**
 * Checks the examples of a task file, which are rows too. Few as they should be, there may be thousands, or one of megabytes: what
 * was found stays while they stay where they are, and tokens are counted in the background.
 */
export class ExampleChecks {
  #known: Known | undefined;
  #tokens = new Map<string, RowTokens>();
  #tokensKey = '';

  /** What is known now, and which examples are still to be measured. */
  check({ context, meter, rules, signature, slowSignature, dropped }: ExamplesInput): {
    problems: readonly Problem[];
    long: readonly LongExample[];
  } {
    if (slowSignature !== this.#tokensKey) {
      this.#tokens.clear();
      this.#tokensKey = slowSignature;
    }
    const list = nodeAt(context.parsed.tree, ['examples']);
    if (list?.type !== 'array') return { problems: [], long: [] };
    const source = context.text.slice(list.offset, list.offset + list.length);
    const place = [context.lines.position(list.offset), context.mend];
    const key = JSON.stringify([place, signature, slowSignature, [...dropped]]);
    if (this.#known?.key === key && this.#known.source === source) return { problems: this.#known.problems, long: [] };

    const findings = new RowFindings(context.path);
    const ask = (rule: Rule, view: RowView): void =>
      rule.checkRow?.(view, context, (make: () => Finding, group = '') => {
        if (rule.code === rowFieldMissing.code && dropped.has(group)) return;
        findings.add(rule, group, make, (span) => context.lines.range(span));
      });
    const long = new Map<string, LongExample>();
    const incomplete = new Set<Rule>();
    const used = new Map<string, RowTokens>();
    for (const [index, value] of context.file.examples.entries()) {
      const node = list.children![index];
      if (node === undefined || !context.parsed.sound.has(node)) continue;
      const source = context.text.slice(node.offset, node.offset + node.length);
      const view = viewOf(context, context.path, value, {
        isExample: true,
        places: new RowPlaces(context.text, node),
        repeated: severalOf(properties(node).map(({ name }) => name)),
      });
      const unmeasured = meter && this.#giveTokens(view, source, meter, used);
      if (unmeasured !== undefined) long.set(source, unmeasured);
      for (const rule of rules) {
        if (unmeasured !== undefined && rule.looksAt === 'tokens') incomplete.add(rule);
        else ask(rule, view);
      }
    }
    this.#tokens = used;
    const problems = findings.problems((rule) => !incomplete.has(rule));
    this.#known = long.size === 0 ? { key, source, problems } : undefined;
    return { problems, long: [...long.values()] };
  }

  /** @throws the reason when the work is given up */
  async measure(examples: readonly LongExample[], meter: TokenMeter, work: Work): Promise<void> {
    const key = this.#tokensKey;
    for (const { source, template, value } of examples) {
      const steps = meter.measuring(template, value);
      let step = steps.next();
      for (; !step.done; step = steps.next()) await work.pause();
      // The task file may be another one by now.
      if (key === this.#tokensKey) this.#tokens.set(source, step.value);
      await work.pause();
    }
  }

  /**
   * Gives a row its tokens, where a bound does or they have been counted.
   *
   * @param used is told of those that have been counted
   * @returns the example if they must be counted first
   */
  #giveTokens(view: RowView, source: string, meter: TokenMeter, used: Map<string, RowTokens>): LongExample | undefined {
    const { template, value } = view;
    if (template === undefined) return undefined;
    const bound = meter.bound(template, value);
    const tokens = bound ?? this.#tokens.get(source);
    if (tokens === undefined) return { source, template, value };
    if (bound === undefined) used.set(source, tokens);
    view.tokens = () => tokens;
    return undefined;
  }
}
