import { modelSummary } from '../../../model/src/model-summary.ts';
import type { PlannedTask, PlanParams, PlanResult } from '../../../protocol/src/planning.ts';
import { RowStore, type Rows } from '../data/row-store.ts';
import { rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { dataPaths, openProject, requireSound } from '../project.ts';
import { estimateRun, measurePlan, reckonPace } from '../train/estimate.ts';
import { fitRun, learntParameters } from '../train/fit.ts';
import { planTraining, type TrainingPlan } from '../train/plan.ts';
import { resumableRun } from '../train/run-folder.ts';
import { runMetrics } from '../train/run-list.ts';
import type { DeviceChoice } from './device-choice.ts';
import { log } from './log.ts';
import type { Turns } from './turns.ts';

/** What a run will use, without beginning it. */
export async function planRun(
  { file, tasknames, device, measure }: PlanParams,
  signal: AbortSignal,
  { devices, turns }: { readonly devices: DeviceChoice; readonly turns: Turns },
): Promise<PlanResult> {
  return turns.take('visible', signal, async (turn) => {
    const checked = await openProject(file, log.info);
    const project = requireSound(checked);
    const plan = await planTraining(project, tasknames);
    try {
      const provider = await devices.of(device, project.file.trainer.precision);
      const { model } = project.backbone;
      const { architecture, parameters } = modelSummary(model);
      const fitted = fitRun(plan, provider);
      return {
        tasks: await plannedTasks(plan),
        model: { name: project.file.model, dir: model.dir, architecture, parameters },
        method: `${project.file.virtual_prompt_style}, ${plan.encoder.type}`,
        learntParameters: learntParameters(plan),
        device: provider,
        epochs: project.file.trainer.max_epochs,
        steps: plan.totalSteps,
        estimate: estimateRun(
          plan,
          fitted,
          measure ? await measurePlan(plan, fitted, () => turn.pass(), { provider }) : await reckonPace(plan),
        ),
        resumable: await resumable(plan),
        problems: checked.problems,
      };
    } finally {
      plan.train.close();
      plan.validation.close();
    }
  });
}

async function plannedTasks({ project, tasks, train, validation }: TrainingPlan): Promise<PlannedTask[]> {
  const names = [...tasks.keys()];
  const test = await RowStore.open(dataPaths(project, project.file.data.test_ds), names, (row, taskname) =>
    tasks.get(taskname)!.tokeniser.row(row),
  );
  try {
    const count = (store: Rows, name: string) => rowsOfTask(store, name).length;
    return names.map((taskname) => ({
      taskname,
      rows: {
        train: count(train, taskname),
        validation: count(validation, taskname),
        test: count(test, taskname),
      },
      skipped: train.skipped.get(taskname) ?? 0,
      virtualTokens: tasks.get(taskname)!.template.total_virtual_tokens,
      replaces: project.promptTable.has(taskname),
    }));
  } finally {
    test.close();
  }
}

async function resumable({ project, tasks, hash }: TrainingPlan): Promise<PlanResult['resumable']> {
  const run = await resumableRun(project.path, [...tasks.keys()], hash);
  return run === undefined ? undefined : { run, step: (await runMetrics(run, 1)).run.step };
}
