import type { TaskDataFacts } from '../../../../task/src/data-facts.ts';
import { canBePlaceholder } from '../../../../task/src/template.ts';
import { answersOf, lengthStatistics, rowsPerText } from '../field-statistics.ts';
import type { Ask } from './ask.ts';
import { tasksWithoutTemplate } from './names.ts';
import type { TemplateDefaults } from './templates.ts';

/** More different answers than this are no labels. */
export const MAX_LABELS = 20;

/** What the lists of tasks and the rows say of a template that is still to be written. */
export function templateDefaults(ask: Ask): TemplateDefaults {
  const [taskname] = tasksWithoutTemplate(ask);
  if (taskname === undefined) return {};
  const facts = ask.knowledge.data?.otherTasks.get(taskname);
  return { taskname, ...(facts && fieldsOf(facts)) };
}

/** The longest texts are what the answer is about; the answer is what repeats itself most. */
function fieldsOf({ samples }: TaskDataFacts): TemplateDefaults {
  const length = (field: string) => lengthStatistics(samples.get(field)!, undefined).percentile95;
  const [text, ...others] = [...samples.keys()].filter(canBePlaceholder).sort((a, b) => length(b) - length(a));
  if (text === undefined || others.length === 0) return {};
  const repeats = (field: string) => rowsPerText(samples.get(field)!);
  const answer =
    others.find((field) => USUAL_ANSWERS.includes(field)) ?? others.reduce((a, b) => (repeats(b) > repeats(a) ? b : a));
  const second = others.find((field) => field !== answer);
  const areLabels = samples.get(answer)!.values.length <= MAX_LABELS && repeats(answer) >= 2;
  return {
    text,
    answer,
    ...(second === undefined ? {} : { second }),
    ...(areLabels ? { labels: answersOf(samples.get(answer)!).map((label) => label.answer) } : {}),
  };
}

const USUAL_ANSWERS: readonly string[] = ['label', 'answer'];
