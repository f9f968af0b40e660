/*
 * What growth.mjs has measured, as line charts: a step and its memory over the number of rows, and a step over the size of the model.
 */
import { lineCharts } from './line-chart.mjs';
import { median } from './training-step.mjs';

/** One for each system. */
const DASHES = ['', '6 3', '2 3'];

export const titleOf = (system) => (system === 'PEFT' ? system : `ptask ${system}`);

/**
 * @param cells each { model: { name, sizes }, shape: { virtual, length, batch }, found }, where `found` has for each system the `ms` and
 * `mb` of its rounds, which are empty where there was not enough memory. The first model is drawn over rows, and the first shape over models.
 * @param lines the numbers of virtual tokens and lengths of rows that are drawn over rows
 * @returns SVG
 */
export function growthCharts(cells, systems, { virtual, lengths }) {
  const [{ model: first, shape: smallest }] = cells;
  const drawn = (system, wanted) => cells.filter((cell) => cell.found[system].ms.length > 0 && wanted(cell));

  const overRows = (of) =>
    systems.flatMap((system, at) =>
      virtual.flatMap((tokens, i) =>
        lengths.map((length, j) => ({
          name: `${titleOf(system)}, ${tokens} + ${length} tokens`,
          colour: i * lengths.length + j,
          dash: DASHES[at],
          points: drawn(
            system,
            ({ model, shape }) => model === first && shape.virtual === tokens && shape.length === length,
          ).map(({ shape, found }) => [shape.batch, median(of(found[system]))]),
        })),
      ),
    );

  const overModels = (of) =>
    systems.map((system) => ({
      name: titleOf(system),
      points: drawn(system, ({ shape }) => shape === smallest).map(({ model, found }) => [
        millions(model.sizes),
        median(of(found[system])),
      ]),
    }));

  return lineCharts([
    { title: `${first.name}: a step`, x: 'rows', y: 'ms', series: overRows(({ ms }) => ms) },
    { title: `${first.name}: memory`, x: 'rows', y: 'peak MB', series: overRows(({ mb }) => mb) },
    {
      title: `a step of ${smallest.virtual} + ${smallest.length} tokens × ${smallest.batch}`,
      x: 'parameters, millions',
      y: 'ms',
      series: overModels(({ ms }) => ms),
    },
  ]);
}

/** Weights of the matrices, in millions. */
function millions({ layers, hidden, inner, vocab }) {
  return (layers * (4 * hidden + 2 * inner) * hidden + vocab * hidden) / 1e6;
}
