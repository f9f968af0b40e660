import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '../../../engine/src/hub/hub-error.ts';
import { type HubFile, readListing } from '../../../engine/src/hub/hub-listing.ts';
import { neededFiles } from '../../../engine/src/hub/needed-files.ts';
import { COMMIT } from './hub-server.ts';

const sha1 = 'a'.repeat(40);
const file = (changes: object = {}) => ({ rfilename: 'config.json', size: 3, blobId: sha1, ...changes });
const answer = (changes: object = {}) => ({ sha: COMMIT, siblings: [file()], ...changes });

describe('the list of files of a model', () => {
  it('has a size and a hash of each', () => {
    const lfs = { sha256: 'b'.repeat(64), size: 5_000_000_000, pointerSize: 135 };
    const { commit, files } = readListing(
      answer({ siblings: [file(), file({ rfilename: 'model.safetensors', lfs })] }),
    );
    expect(commit).toBe(COMMIT);
    expect(files).toEqual([
      { path: 'config.json', bytes: 3, digest: { kind: 'git-sha1', hash: sha1 } },
      { path: 'model.safetensors', bytes: 5_000_000_000, digest: { kind: 'sha256', hash: lfs.sha256 } },
    ]);
  });

  it.each([
    '../config.json',
    '/etc/passwd',
    'a/../../b',
    'a\\..\\b',
    'C:x',
    'a//b',
    'a/.',
    'con\u0000fig',
    '',
    'runs/12:30.log',
  ])('has no file outside its folder: %j', (rfilename) => {
    const { files } = readListing(answer({ siblings: [file({ rfilename }), file()] }));
    expect(files.map(({ path }) => path)).toEqual(['config.json']);
  });

  it.each([
    ['a commit that is none', { sha: '../../main' }],
    ['no files', { siblings: undefined }],
    ['a name that is none', { siblings: [file({ rfilename: 1 })] }],
    ['a size that is none', { siblings: [file({ size: -1 })] }],
    ['a hash that is a path', { siblings: [file({ blobId: '../../../config' })] }],
    ['a large file with no hash', { siblings: [file({ lfs: { size: 3 } })] }],
  ])('is not believed with %s', (_, changes) => {
    expect(() => readListing(answer(changes))).toThrow(HubError);
  });

  it('is refused in a few words, however long a name in it is', () => {
    const unknown = answer({ siblings: [file({ rfilename: 'a'.repeat(100_000), size: undefined })] });
    expect(() => readListing(unknown)).toThrow(/^.{0,1000}$/);
  });

  it('is read or refused, whatever the hub answers', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.jsonValue().map((value) => answer({ siblings: [value] })),
        ),
        (value) => {
          try {
            readListing(value);
          } catch (error) {
            expect(error).toBeInstanceOf(HubError);
          }
        },
      ),
    );
  });
});

describe('the files that are needed', () => {
  const listed = (paths: readonly string[]): HubFile[] =>
    paths.map((path) => ({ path, bytes: 1, digest: { kind: 'git-sha1', hash: sha1 } }));
  const OWN = ['config.json', 'tokenizer.json'];
  const needed = (...paths: string[]) => neededFiles('owner/name', listed(paths)).map(({ path }) => path);

  it('are configuration, tokeniser, chat template and safetensors', () => {
    const all = ['config.json', 'generation_config.json', 'spiece.model', 'chat_template.jinja', 'model.safetensors'];
    expect(needed('README.md', ...all, 'tf_model.h5', 'rust_model.ot', 'onnx/model.onnx', 'training_args.bin')).toEqual(
      all,
    );
  });

  it('are a single safetensors file where there are shards as well', () => {
    expect(
      needed(...OWN, 'model.safetensors', 'model.safetensors.index.json', 'model-00001-of-00001.safetensors'),
    ).toEqual([...OWN, 'model.safetensors']);
  });

  it('are found among very many', () => {
    const shards = Array.from({ length: 200_000 }, (_, i) => `model-${i}-of-200000.safetensors`);
    const files = listed([...OWN, 'model.safetensors.index.json', ...shards]);
    expect(neededFiles('owner/name', files)).toHaveLength(200_003);
  });

  it('are shards with other names, if these are all', () => {
    const parts = ['model.safetensors.index.json', 'part-a.safetensors', 'part-b.safetensors'];
    const others = ['README.md', 'consolidated.safetensors', 'onnx/part-c.safetensors'];
    expect(needed(...OWN, ...parts, ...others)).toEqual([...OWN, ...parts]);
  });

  it.each([
    ['no tokeniser', ['config.json', 'model.safetensors'], 'no tokeniser'],
    ['pickled weights alone', ['config.json', 'tokenizer.json', 'pytorch_model.bin'], 'pytorch_model.bin alone'],
    [
      'pickled shards',
      ['config.json', 'tokenizer.json', 'pytorch_model-00001-of-00002.bin'],
      'save_pretrained("folder")',
    ],
    ['an adapter', ['adapter_config.json', 'adapter_model.safetensors'], 'an adapter for another model'],
    [
      'an adapter beside weights',
      ['config.json', 'tokenizer.json', 'model.safetensors', 'adapter_config.json', 'adapter_model.safetensors'],
      "it has an adapter beside its weights ('adapter_config.json')",
    ],
    ['files for llama.cpp', ['model-q4.gguf'], '.gguf'],
    ['no weights', ['config.json', 'tokenizer.json'], 'no safetensors weights'],
    ['nothing', [], 'no config.json'],
  ])('are not there with %s', (_, paths, part) => {
    expect(() => needed(...paths)).toThrow(part);
  });
});
