import { describe, expect, it } from 'vitest';
import { RowOrder } from '../../../engine/src/train/row-order.ts';

const ROWS = 10;
const epochOf = (order: RowOrder, epoch: number) => [0, 1, 2].map((batch) => order.batch(epoch, batch));

describe('the order of training rows', () => {
  it('has each row once in an epoch, the last batch being what is left', () => {
    const batches = epochOf(new RowOrder(ROWS, 4, 1), 0);
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...new Array(ROWS).keys()]);
  });

  it('is another one in each epoch and for each seed', () => {
    const order = new RowOrder(ROWS, 4, 1);
    expect(epochOf(order, 1)).not.toEqual(epochOf(order, 0));
    expect(epochOf(new RowOrder(ROWS, 4, 2), 0)).not.toEqual(epochOf(order, 0));
  });

  it('does not depend on what was asked before, so that a resumed run goes on with it', () => {
    const order = new RowOrder(ROWS, 4, 1);
    epochOf(order, 0);
    expect(epochOf(order, 3)).toEqual(epochOf(new RowOrder(ROWS, 4, 1), 3));
  });
});
