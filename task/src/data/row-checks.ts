import type { Problem, Range } from '../../../protocol/src/problem.ts';
import type { DataFacts, FieldSample } from '../data-facts.ts';
import type { CheckEnvironment } from '../environment.ts';
import type { Span } from '../json-tree.ts';
import { byPlace, madeAtMost, RowFindings, toProblem } from '../row-findings.ts';
import type { Rule } from '../rule.ts';
import { rowFieldMissing } from '../rules/row-field-missing.ts';
import { TokenMeter } from '../tokens.ts';
import type { RowRef } from './data-index.ts';
import { ExampleChecks } from './example-checks.ts';
import { FetchedRows } from './fetched-rows.ts';
import { type FiredGroup, firedByAnswer, firedByLikeness, firedByShape, mergedGroups } from './fired-rows.ts';
import { gatherFacts, gatherSamples, type IndexedFile, otherTasknames } from './gather-facts.ts';
import { Keyed, ShortName } from './keyed.ts';
import { LikenessMemory, likenessQuestion } from './likeness-memory.ts';
import { addFactsOfPasses } from './pass-facts.ts';
import { readBlockAgain } from './read-rows.ts';
import { PassFinder, PassMemory, passesFor, wantedRows } from './row-passes.ts';
import { RowReports, type TokensOf } from './row-reports.ts';
import {
  manyAnswersIn,
  missingEverywhere,
  nextStep,
  type OpenBlock,
  type OpenWork,
  type Round,
  type RowsInput,
  signatureOf,
  slowSignatureOf,
  templatesOf,
} from './row-round.ts';
import type { Work } from './work.ts';

export interface RowsVerdict {
  readonly data: DataFacts;
  /** By file, the task file with its examples included; a data file's list is the same object while nothing in it changes. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The next step towards knowing all; undefined when all is known. What is known already holds. */
  readonly open: OpenWork | undefined;
}

/**
 * Checks the rows of a task file's data, and again whenever either changes. What rules find depends on a few things of the
 * task file only and is kept while those stay; and hardly any row has to be read for it.
 */
export class RowChecks {
  readonly #rules: readonly Rule[];
  readonly #memory = new PassMemory();
  readonly #reports = { quick: new RowReports(), slow: new RowReports() };
  readonly #fired = new Keyed<readonly FiredGroup[]>();
  readonly #lists = new Keyed<readonly Problem[]>();
  readonly #samples = new Keyed<Map<string, FieldSample>>();
  readonly #rows = new FetchedRows();
  readonly #examples = new ExampleChecks();
  readonly #names = { quick: new ShortName(), slow: new ShortName() };
  readonly #likeness: LikenessMemory;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    const aboutLikeness = rules.filter(({ looksAt }) => looksAt === 'likeness');
    this.#likeness = new LikenessMemory(Math.max(0, ...aboutLikeness.map(madeAtMost)));
  }

  /** What is known now. */
  check(input: RowsInput): RowsVerdict {
    const round = this.#begin(input);
    const undecided = input.files.map((file) => this.#undecided(round, file));
    addFactsOfPasses(round, this.#memory);
    const dropped = missingEverywhere(round);
    const { path } = input.context;
    const problems = new Map<string, readonly Problem[]>([[path, []]]);
    for (const [i, { facts }] of input.files.entries()) {
      problems.set(facts.path, this.#problemsOf(round, i, undecided[i]!, dropped));
    }
    const examples = this.#examples.check({ ...round, rules: this.#rules, dropped });
    round.longExamples.push(...examples.long);
    problems.set(path, [...problems.get(path)!, ...examples.problems]);
    const open = nextStep(round);
    if (open?.kind !== 'rows') this.#rows.trim();
    return { data: round.data, problems, open };
  }

  /**
   * Does a step that is still to be done.
   *
   * @throws ChangedOnDisk when a file is no longer the one of its index; the reason when the work is given up
   */
  async work(open: OpenWork, environment: CheckEnvironment, work: Work): Promise<void> {
    if (open.kind === 'rows') {
      for (const [file, refs] of open.rows) {
        await this.#rows.fetch(environment, file.facts.path, refs);
        await work.pause();
      }
    } else if (open.kind === 'likeness') {
      const steps = this.#likeness.search(open);
      while (!steps.next().done) await work.pause();
    } else if (open.kind === 'examples') {
      await this.#examples.measure(open.examples, open.meter, work);
    } else {
      for (const block of open.blocks) await this.#pass(block, environment, work);
    }
  }

  #begin(input: RowsInput): Round {
    const { context, model, files } = input;
    const { tokenizer } = model.kind === 'ok' ? model : { tokenizer: undefined };
    const meter = model.kind === 'ok' && tokenizer ? new TokenMeter(model, tokenizer, context.file) : undefined;
    const templates = templatesOf(context);
    const signature = this.#names.quick.of(signatureOf(templates, context));
    const slowSignature = this.#names.slow.of(slowSignatureOf(templates, input));
    this.#reports.quick.begin(signature);
    this.#reports.slow.begin(slowSignature);
    const versions = files.map(({ index }) => index.version).join();
    const data: DataFacts = {
      files: files.map(({ facts, index }) => ({ ...facts, rows: index.rows })),
      tasks: new Map(),
      otherTasks: new Map(),
    };
    const factsOf = (taskname: string, fields: readonly string[]) => {
      const samples = this.#samples.get(taskname, versions, () => gatherSamples(taskname, files))!;
      return gatherFacts(taskname, fields, files, samples);
    };
    for (const [taskname, { fields }] of templates) data.tasks.set(taskname, factsOf(taskname, fields));
    for (const taskname of otherTasknames(templates, files)) data.otherTasks.set(taskname, factsOf(taskname, []));
    const manyAnswers = manyAnswersIn(templates, files);
    const passes = passesFor({ context, rules: this.#rules, model, meter, manyAnswers, signature });
    const question = likenessQuestion(files, templates, data);
    const likeness = { ...question, found: this.#likeness.get(question) };
    return {
      ...input,
      templates,
      meter,
      signature,
      slowSignature,
      data,
      passes,
      manyAnswers,
      likeness,
      missing: new Map(),
      unread: [],
      longExamples: [],
    };
  }

  /** The rules of which it is not known yet what they say of a file, since a pass has still to read some of it. */
  #undecided(round: Round, file: IndexedFile): Set<Rule> {
    const undecided = new Set<Rule>();
    if (round.likeness.found === undefined) {
      for (const rule of this.#rules) if (rule.looksAt === 'likeness') undecided.add(rule);
    }
    for (const block of file.index.blocks) {
      const passes = round.passes.filter(
        (pass) => pass.concerns(file.index) && this.#memory.found(pass, file.index, block) === undefined,
      );
      if (passes.length === 0) continue;
      round.unread.push({ file, block, passes });
      for (const rule of passes.flatMap(({ rules }) => rules)) undecided.add(rule);
    }
    return undecided;
  }

  #problemsOf(
    round: Round,
    place: number,
    undecided: ReadonlySet<Rule>,
    dropped: ReadonlySet<string>,
  ): readonly Problem[] {
    const file = round.files[place]!;
    const { index, facts } = file;
    const passes = round.passes.filter((pass) => pass.concerns(index));
    const key = JSON.stringify([
      index.version,
      round.signature,
      round.likeness.key,
      passes.map((pass) => [pass.kind, pass.taskname, pass.key]),
      [...undecided].map(({ code }) => code),
      [...dropped],
    ]);
    let partial: readonly Problem[] = [];
    const whole = this.#lists.get(facts.path, key, () => {
      const known = this.#firedIn(round, place).filter(({ rule }) => !undecided.has(rule));
      const made = this.#makeProblems(round, file, known, dropped);
      if (made.missing.length === 0) return made.problems;
      round.missing.set(file, made.missing);
      partial = made.problems;
      return undefined;
    });
    return whole ?? partial;
  }

  /** What fires in a file, of rules that are known to have seen all of it. */
  #firedIn(round: Round, place: number): FiredGroup[] {
    const { context, signature, templates, manyAnswers, likeness, passes } = round;
    const { index, facts } = round.files[place]!;
    const key = `${index.version} ${signature}`;
    const asked = (aspect: Rule['looksAt']) => this.#rules.filter(({ looksAt }) => looksAt === aspect);
    const found = likeness.found?.[place];
    const tasks = [...templates.keys()].filter((taskname) => !manyAnswers.get(taskname)?.has(index));
    return mergedGroups([
      ...this.#fired.get(`shape ${facts.path}`, key, () => firedByShape(index, facts.path, this.#rules, context))!,
      ...(found === undefined ? [] : firedByLikeness(found, facts.path, asked('likeness'), context)),
      ...tasks.flatMap(
        (task) =>
          this.#fired.get(JSON.stringify([task, facts.path]), key, () =>
            firedByAnswer(index, facts.path, asked('answer'), context, task),
          )!,
      ),
      ...passes.flatMap((pass) => (pass.concerns(index) ? this.#memory.fired(pass, index) : [])),
    ]);
  }

  #makeProblems(
    { context, meter, passes }: Round,
    { facts: { path } }: IndexedFile,
    fired: readonly FiredGroup[],
    dropped: ReadonlySet<string>,
  ): { problems: Problem[]; missing: RowRef[] } {
    const findings = new RowFindings(path);
    const missing: RowRef[] = [];
    const incomplete = new Set<Rule>();
    // They were counted when it was found out that the row is to be shown.
    const counting = passes.filter(({ kind }) => kind === 'lengths');
    const tokens: TokensOf | undefined =
      meter &&
      ((template, value, { block, row }) =>
        this.#memory.tokens(counting, block, row) ?? meter.measure(template, value));
    for (const { rule, group, count, rows } of fired) {
      if (rule.code === rowFieldMissing.code && dropped.has(group)) continue;
      const reports = rule.looksAt === 'tokens' ? this.#reports.slow : this.#reports.quick;
      const shown: Problem[] = [];
      for (const ref of rows) {
        const said = reports.of(rule, ref, (wanted) => this.#rows.get(wanted), { context, file: path, tokens });
        if (said === undefined) {
          missing.push(ref);
          incomplete.add(rule);
          continue;
        }
        for (const finding of said.get(group) ?? []) shown.push(toProblem(path, rule, finding, inLine(ref.line)));
      }
      findings.put(rule, group, { count, shown: shown.slice(0, madeAtMost(rule)) });
    }
    return { problems: findings.problems((rule) => !incomplete.has(rule)).sort(byPlace), missing };
  }

  async #pass({ file, block, passes }: OpenBlock, environment: CheckEnvironment, work: Work): Promise<void> {
    const rows = await readBlockAgain(environment, file.facts.path, block);
    const running = passes.map((pass) => ({
      pass,
      finder: new PassFinder(),
      wanted: new Set(wantedRows(pass, file.index, block)),
    }));
    let number = 0;
    for (const row of rows) {
      for (const { pass, finder, wanted } of running) {
        const steps = wanted.has(number) ? pass.take(row, number, finder) : undefined;
        while (steps?.next().done === false) {
          const pause = work.pause();
          if (pause !== undefined) await pause;
        }
      }
      number += 1;
      const pause = work.pause();
      if (pause !== undefined) await pause;
    }
    for (const { pass, finder } of running) this.#memory.keep(pass, block, finder);
    await work.pause();
  }
}

function inLine(line: number): (span: Span) => Range {
  return ({ start, end }) => ({ start: { line, character: start }, end: { line, character: end } });
}
