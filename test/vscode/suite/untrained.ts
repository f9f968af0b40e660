import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { eventually, open } from './editor.ts';
import { hints, hover } from './hints-and-hovers.ts';

describe('predictions', function () {
  // They are the first to ask for the demo model, which has to be made.
  this.timeout(120_000);

  it('are not there before the task is trained', async () => {
    const { document } = await open('data', 'validation.jsonl');
    assert.deepEqual(await hints(document), []);
    const text = await eventually(async () => {
      const shown = await hover(document, '"sentence"');
      assert.match(shown, /Without a trained prompt/);
      return shown;
    }, 60_000);
    assert.match(text, /sentiment/);
  });
});
