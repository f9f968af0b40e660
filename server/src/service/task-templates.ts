import type { TaskTemplateOutline } from '../../../protocol/src/rows.ts';
import type { TaskContext } from '../../../task/src/context.ts';

/** What a client has to know of a task file's templates to ask for rows, and to show what was learnt at their markers. */
export function taskTemplates(context: TaskContext): TaskTemplateOutline[] {
  return [...context.tasknames].map((taskname) => {
    const template = context.template(taskname)!;
    const answerField = template.settings.answer_field ?? undefined;
    return {
      taskname,
      fields: template.fields.filter((field) => field !== answerField),
      answerField,
      markers: template.markers.flatMap((marker) => {
        const span = context.inTemplate(template, marker);
        return span ? [context.lines.range(span)] : [];
      }),
    };
  });
}
