import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commonFolder } from '../../../engine/src/backbone/weights.ts';

describe('the folder that holds all files of weights', () => {
  it.each([
    [['/models/a/1.safetensors'], '/models/a'],
    [['/models/a/1.safetensors', '/models/a/2.safetensors'], '/models/a'],
    [['/models/blobs/a', '/models/b/blobs/b'], '/models'],
    [['/models/a', '/cache/b'], '/'],
    // Two dots are the folder above only where they stand alone.
    [['/..a/1.safetensors', '/..b/2.safetensors'], '/'],
  ])('of %j is %s', (files, folder) => {
    expect(commonFolder(files, path.posix)).toBe(folder);
  });

  it('is on Windows that of one drive', () => {
    expect(commonFolder(['C:\\models\\a', 'c:\\cache\\b'], path.win32)).toBe('C:\\');
    expect(() => commonFolder(['C:\\models\\a', 'D:\\models\\b'], path.win32)).toThrow(
      "the model's weights lie on two drives; put them on one: C:\\models\\a, D:\\models\\b",
    );
  });
});
