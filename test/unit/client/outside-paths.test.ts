import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Disk, outsidePaths } from '../../../client/src/outside-paths/outside-paths.ts';
import { type Decisions, PathConsent } from '../../../client/src/outside-paths/path-consent.ts';
import { HAS_LINKS } from '../has-links.ts';

describe('paths that leave the workspace', () => {
  let root: string;
  let workspace: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ptask-')));
    workspace = path.join(root, 'workspace');
    mkdirSync(path.join(workspace, 'tasks'), { recursive: true });
    mkdirSync(path.join(root, 'elsewhere'));
    writeFileSync(path.join(root, 'elsewhere/train.jsonl'), '');
    if (!HAS_LINKS) return;
    symlinkSync(path.join(root, 'elsewhere'), path.join(workspace, 'tasks/linked'));
    symlinkSync(workspace, path.join(root, 'other-name'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const outside = (...paths: string[]) => outsidePaths(path.join(workspace, 'tasks/a.ptask.json'), paths, [workspace]);

  it('are told from those that stay in it', async () => {
    const inside = ['demo', 'org/name', 'data/new.jsonl', '../train.jsonl', path.join(workspace, 'x'), '..dots.jsonl'];
    expect(await outside(...inside)).toEqual([]);
    expect(await outside('../../elsewhere/train.jsonl', '/etc/passwd', '~/models/gpt2')).toEqual(
      [
        path.join(root, 'elsewhere/train.jsonl'),
        path.resolve(root, '/etc/passwd'),
        path.join(homedir(), 'models/gpt2'),
      ].sort(),
    );
  });

  it.runIf(HAS_LINKS)('are found behind links, also where nothing is there yet', async () => {
    const led = (name: string) =>
      `${path.join(workspace, 'tasks/linked', name)} → ${path.join(root, 'elsewhere', name)}`;
    expect(await outside('linked/train.jsonl', 'linked/new/test.jsonl')).toEqual([
      led('new/test.jsonl'),
      led('train.jsonl'),
    ]);
    expect(await outside(path.join(root, 'other-name/train.jsonl'))).toEqual([]);
  });

  it.runIf(HAS_LINKS)(
    'are found behind links to what is not there yet, through which it would be written',
    async () => {
      const link = (target: string, name: string) => symlinkSync(target, path.join(workspace, 'tasks', name));
      link('../../elsewhere/new.safetensors', 'away.safetensors');
      link('away.safetensors', 'twice.safetensors');
      link('kept.safetensors', 'inside.safetensors');
      link('round.safetensors', 'round.safetensors');
      expect(await outside('away.safetensors', 'twice.safetensors', 'inside.safetensors', 'round.safetensors')).toEqual(
        ['away', 'twice'].map(
          (name) =>
            `${path.join(workspace, 'tasks', name)}.safetensors → ${path.join(root, 'elsewhere/new.safetensors')}`,
        ),
      );
    },
  );

  it.runIf(HAS_LINKS)('are other ones when a link has come to lead elsewhere', async () => {
    const link = path.join(workspace, 'tasks/turned');
    const ledTo = async (target: string) => {
      rmSync(link, { force: true });
      symlinkSync(target, link);
      return outside('turned');
    };
    const first = await ledTo('../../elsewhere/train.jsonl');
    expect(first).toHaveLength(1);
    expect(await ledTo('../../elsewhere/train.jsonl')).toEqual(first);
    expect(await ledTo('/etc/passwd')).toEqual([`${link} → ${path.resolve(root, '/etc/passwd')}`]);
    rmSync(link);
  });

  it.runIf(HAS_LINKS)('are those of links among the files of a folder, such as a model’s', async () => {
    const model = path.join(workspace, 'tasks/model');
    mkdirSync(model);
    symlinkSync('config.json', path.join(model, 'inside.json'));
    symlinkSync('../../../elsewhere/train.jsonl', path.join(model, 'tokenizer.json'));
    expect(await outside('model')).toEqual([
      `${path.join(model, 'tokenizer.json')} → ${path.join(root, 'elsewhere/train.jsonl')}`,
    ]);
  });

  it.runIf(HAS_LINKS)('are that of the runs, where .ptask is a link', async () => {
    const own = path.join(workspace, 'runs-away');
    mkdirSync(own);
    symlinkSync('../../elsewhere', path.join(own, '.ptask'));
    expect(await outsidePaths(path.join(own, 'a.ptask.json'), [], [workspace])).toEqual([
      `${path.join(own, '.ptask/runs')} → ${path.join(root, 'elsewhere/runs')}`,
    ]);
  });

  it('are those on other machines, which are not told of it', async () => {
    const asked: string[] = [];
    const disk: Disk = {
      path: path.win32,
      realpath: async (file) => {
        asked.push(file);
        return file;
      },
      readlink: async () => Promise.reject(new Error('no link')),
      linksIn: async () => [],
    };
    const of = (folder: string, ...paths: string[]) => outsidePaths(`${folder}\\a.ptask.json`, paths, [folder], disk);
    const far = ['\\\\host\\share\\a.jsonl', '//other/share/model', '\\\\?\\UNC\\host\\share\\b', '\\\\.\\pipe\\c'];
    expect(await of('C:\\w', ...far, 'a.jsonl')).toEqual(far.map((file) => path.win32.resolve(file)).sort());
    expect(asked.filter((file) => !file.startsWith('C:\\w'))).toEqual([]);
    expect(await of('\\\\HOST\\share\\w', '..\\w\\a.jsonl', '//host/share/w/b')).toEqual([]);
    expect(await of('\\\\host\\share\\w', '//host/share/v')).toEqual(['\\\\host\\share\\v']);
  });

  it('are not those beside a task file that is no part of a workspace', async () => {
    const file = path.join(root, 'elsewhere/a.ptask.json');
    expect(await outsidePaths(file, ['train.jsonl', '../b.jsonl'], [])).toEqual([path.join(root, 'b.jsonl')]);
  });
});

describe('the consent to them', () => {
  /** A window whose user answers in this order; questions and the answers that are remembered are kept. */
  function window(paths: string[], ...answers: (boolean | undefined | 'broken')[]) {
    const questions: string[][] = [];
    const memory = new Map<string, Decisions>();
    let allowed = 0;
    const open = () =>
      new PathConsent({
        outside: async () => paths,
        question: async (_, missing) => {
          questions.push([...missing]);
          const answer = answers.shift();
          if (answer === 'broken') throw new Error('no window');
          return answer;
        },
        decisions: (file) => memory.get(file),
        remember: async (file, decisions) => void memory.set(file, decisions),
        refusal: 'not allowed',
        allowed: () => allowed++,
      });
    return { consent: open(), reopened: open, paths, questions, allowed: () => allowed };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('is not asked for where no path leaves', async () => {
    const { consent, questions } = window([]);
    await consent.ask('file');
    await consent.require('file');
    expect(questions).toEqual([]);
  });

  it('is asked for once, and remembered with the workspace', async () => {
    const { consent, reopened, questions } = window(['/data'], true);
    await consent.ask('file');
    await consent.require('file');
    await reopened().ask('file');
    expect(questions).toEqual([['/data']]);
  });

  it('is asked for again for another path', async () => {
    const { consent, paths, questions } = window(['/data'], true, true);
    await consent.ask('file');
    paths.push('/more');
    await consent.ask('file');
    expect(questions).toEqual([['/data'], ['/more']]);
  });

  it('refuses what shows by itself until it is given, without being waited for', async () => {
    const { consent, questions, allowed } = window(['/data'], true);
    await expect(consent.require('file')).rejects.toThrow('not allowed');
    expect(questions).toHaveLength(1);
    await settled();
    expect(allowed()).toBe(1);
    await consent.require('file');
  });

  it('that a command is given is told to what was refused before', async () => {
    const { consent, allowed } = window(['/data'], undefined, true);
    await expect(consent.require('file')).rejects.toThrow('not allowed');
    await consent.ask('file');
    expect(allowed()).toBe(1);
  });

  it('is asked for again where the question could not be put', async () => {
    const { consent, questions } = window(['/data'], 'broken', true);
    await expect(consent.ask('file')).rejects.toThrow('no window');
    await consent.ask('file');
    expect(questions).toHaveLength(2);
  });

  it('is not asked for again by itself where it was refused or passed over, but by a command', async () => {
    for (const answer of [false, undefined]) {
      const { consent, questions } = window(['/data'], answer, true);
      await expect(consent.require('file')).rejects.toThrow('not allowed');
      await settled();
      await expect(consent.require('file')).rejects.toThrow('not allowed');
      expect(questions).toHaveLength(1);
      await consent.ask('file');
      await consent.require('file');
    }
  });

  it('that was refused is not asked for by itself in the next window either', async () => {
    const { consent, reopened, questions } = window(['/data'], false);
    await expect(consent.ask('file')).rejects.toThrow('not allowed');
    await expect(reopened().require('file')).rejects.toThrow('not allowed');
    expect(questions).toHaveLength(1);
  });

  it('is asked for once by two who wait at the same time', async () => {
    const { consent, questions } = window(['/data'], true);
    await Promise.all([consent.ask('file'), consent.ask('file')]);
    expect(questions).toHaveLength(1);
  });
});
