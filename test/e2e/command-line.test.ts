import { copyFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HAS_LINKS } from '../unit/has-links.ts';
import { temporaryFolder, tinyTokenizer } from '../unit/model/tiny-folder.ts';
import { events, PTASK, ptask, rowsOf, taskTemplate, writeJsonl, writeProject, writeTaskFile } from './ptask.ts';

// Each test starts the command several times, on whatever machine this is.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe('usage', () => {
  it('is told by --help, and the version by --version', async () => {
    const help = await ptask(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['new', 'check', 'train', 'predict', 'evaluate', 'export', 'devices', 'bench', 'demo']) {
      expect(help.stdout).toContain(`ptask ${command}`);
    }
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await ptask(['--version'])).toMatchObject({ code: 0, stdout: `ptask ${version}\n` });
  });

  it.each(['ptask', 'server'])('of an older Node is told in a sentence which one %s takes', async (program) => {
    const older = path.join(await temporaryFolder(), 'older.cjs');
    await writeFile(older, "Object.defineProperty(process, 'versions', { value: { node: '18.19.0' } });");
    const file = path.join(path.dirname(PTASK), `${program}.js`);
    const { code, stdout, stderr } = await ptask(['--stdio'], {
      env: { NODE_OPTIONS: `--require "${older.replaceAll('\\', '\\\\')}"` },
      program: file,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`error: ptask needs Node 20 or later; this is Node 18.19.0 (${process.execPath})\n`);
    // What it loads comes after that, so that it is not even read; and Node 12 can read the file itself.
    expect(await readFile(file, 'utf8')).not.toMatch(/^import|await|require|=>|\?\./m);
  });

  it.runIf(process.platform === 'linux')(
    'is told in a sentence that there is no room for what is printed',
    async () => {
      const { code, stderr } = await ptask(['--help'], { stdoutTo: '/dev/full' });
      expect(stderr).toBe('error: standard output cannot be written: the disk is full\n');
      expect(code).toBe(1);
    },
  );

  it.each([
    [['frobnicate'], "there is no command 'frobnicate'"],
    [['trian', 'a'], "there is no command 'trian'; did you mean 'train'?"],
    [['check'], 'which task file?'],
    [['train', 'a', 'b'], "'b' is one argument too many"],
    [['train', 'a', '--frob'], "Unknown option '--frob'"],
    [['train', 'a', '--seed', '1'], "Unknown option '--seed'; did you mean '--seeds'?"],
    [['train', 'a', '--device', 'abacus'], "--device is one of auto, cpu, webgpu, cuda, dml, coreml, not 'abacus'"],
    [['predict', 'a', '--task', 'b', '--task', 'c'], '--task may be given only once'],
    [['train', 'a', '--seeds', '1', '--seeds=2'], '--seeds may be given only once'],
    [['evaluate', 'a', '--split', 'train'], "--split is one of test, validation, not 'train'"],
    [['evaluate', 'a', '--baseline', 'two'], "--baseline is one of zero, one, few, not 'two'"],
    [['evaluate', 'a', '--baseline', ''], "--baseline is one of zero, one, few, not ''"],
    [['bench', '--virtual', '1', '--length', '1', '--batch', '1'], '--model is missing'],
    [['bench', '--model', 'x', '--virtual', '-1', '--length', '1', '--batch', '1'], '--virtual'],
  ])('%j is wrong', async (args, message) => {
    const { code, stdout, stderr } = await ptask(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.skipIf(process.platform === 'win32')('is told where the folder that it is in has been deleted', async () => {
    const leave = path.join(await temporaryFolder(), 'leave.cjs');
    await writeFile(
      leave,
      "const fs = require('fs'); const gone = fs.mkdtempSync(__dirname); process.chdir(gone); fs.rmdirSync(gone);",
    );
    const file = await writeProject(await temporaryFolder());
    const { code, stdout, stderr } = await ptask(['check', file], { env: { NODE_OPTIONS: `--require ${leave}` } });
    expect(stderr).toBe('error: the current folder has been deleted; change to another one\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it.runIf(process.platform === 'linux')('is told where it may open fewer files than it consists of', async () => {
    const { code, stderr } = await ptask(['train', 't.ptask.json'], { limit: '-n 40' });
    expect(stderr).toBe('error: too many files are open; `ulimit -n` raises how many may be\n');
    expect(code).toBe(1);
  });

  it('is told in a line why it cannot be loaded', async () => {
    const program = path.join(await temporaryFolder(), 'ptask.js');
    await copyFile(PTASK, program);
    const { code, stdout, stderr } = await ptask(['--version'], { program });
    expect(stderr).toMatch(/^error: ptask cannot be loaded: .*ptask\.main\.js.*\n$/);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  it('of models names a folder that is there', async () => {
    const { code, stdout, stderr } = await ptask(['models', 'no-such-folder']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe("error: there is no folder 'no-such-folder'\n");
  });

  it.runIf(HAS_LINKS)('of models names a folder that can be read', async () => {
    const folder = path.join(await temporaryFolder(), 'ring');
    await symlink(folder, folder);
    const { code, stdout, stderr } = await ptask(['models', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*ring: cannot be read: .+\n$/);
  });

  it('without a command shows the help and is wrong', async () => {
    const { code, stdout, stderr } = await ptask([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('ptask train FILE');
  });
});

describe('check', () => {
  it('is silent but for a summary where all is well', async () => {
    const file = await writeProject(await temporaryFolder());
    expect(await ptask(['check', file])).toMatchObject({ code: 0, stdout: '', stderr: 'no problems\n' });
  });

  it('prints a place, severity, code and message for each problem, the model missing or not', async () => {
    const dir = await temporaryFolder();
    await writeProject(dir, { model: 'nowhere', new_tasks: ['kind', 'lost'] });
    const rows = rowsOf('kind', 'train');
    await writeJsonl(path.join(dir, 'train.jsonl'), [...rows, { taskname: 'kind', text: 'a' }]);
    const { code, stdout, stderr } = await ptask(['check', 't.ptask.json'], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toBe('3 errors\n');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^t\.ptask\.json:2:\d+ error model-not-found /);
    expect(lines[1]).toMatch(/^t\.ptask\.json:\d+:\d+ error task-without-template /);
    expect(lines[2]).toMatch(/^train\.jsonl:81:1 error row-field-missing /);
    const json = events((await ptask(['check', 't.ptask.json', '--json'], { cwd: dir })).stdout);
    expect(json.map(({ event, severity, code: rule, line }) => [event, severity, rule, line])).toEqual([
      ['problem', 'error', 'model-not-found', 2],
      ['problem', 'error', 'task-without-template', expect.any(Number)],
      ['problem', 'error', 'row-field-missing', 81],
    ]);
  });

  it('refuses a file whose letters would be lost, before anything is run with it', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { examples: [{ taskname: 'kind', text: 'Gød' }] });
    await writeFile(file, await readFile(file, 'utf8'), 'latin1');
    for (const command of ['check', 'train', 'predict']) {
      const { code, stderr } = await ptask([command, 't.ptask.json'], { cwd: dir });
      expect({ code, stderr }, command).toEqual({
        code: 1,
        stderr: 'error: t.ptask.json: cannot be read: it is not UTF-8 text; save the file as UTF-8\n',
      });
    }
  });

  it('goes on with the other files after one that cannot be read', async () => {
    const dir = await temporaryFolder();
    await writeProject(dir);
    await writeTaskFile(dir, { new_tasks: [] }, 'second.ptask.json');
    const { code, stdout, stderr } = await ptask(['check', 'none.ptask.json', 'second.ptask.json'], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toContain('none.ptask.json: cannot be read: there is no such file');
    expect(stdout).toMatch(/^second\.ptask\.json:\d+:\d+ warning template-unused /m);
  });

  it.each(['check', 'train'])(
    'of rows in place of a task file is told by %s what makes one of them',
    async (command) => {
      const dir = await temporaryFolder();
      await writeFile(path.join(dir, 'reviews.csv'), 'text,label\na,x\n');
      expect(await ptask([command, 'reviews.csv'], { cwd: dir })).toMatchObject({
        code: 1,
        stdout: '',
        stderr:
          'error: reviews.csv: it holds rows, by its name, and that of a task file ends with .ptask.json; ptask new makes a task file of rows\n',
      });
      expect(await ptask([command, 'none.csv'], { cwd: dir })).toMatchObject({
        stderr: 'error: none.csv: cannot be read: there is no such file\n',
      });
    },
  );
});

describe('bad input', () => {
  const model = (dir: string, file: string) => path.join(dir, 'model', file);
  const cases: [string, (dir: string) => Promise<unknown>, RegExp][] = [
    ['a truncated safetensors file', (dir) => truncate(model(dir, 'model.safetensors'), 9000), /model\.safetensors/],
    [
      'a header that lies about its size',
      async (dir) => {
        const bytes = await readFile(model(dir, 'model.safetensors'));
        bytes.writeBigUInt64LE(1n << 40n);
        await writeFile(model(dir, 'model.safetensors'), bytes);
      },
      /model\.safetensors/,
    ],
    [
      'a header that lies about an offset',
      async (dir) => {
        const bytes = await readFile(model(dir, 'model.safetensors'));
        const at = bytes.indexOf('"data_offsets":[0,') + '"data_offsets":['.length;
        bytes.write('9', at);
        await writeFile(model(dir, 'model.safetensors'), bytes);
      },
      /model\.safetensors/,
    ],
    [
      'a tokenizer that does not fit',
      (dir) => {
        const added_tokens = [{ content: 'big', id: 100_000, special: false }];
        return writeFile(model(dir, 'tokenizer.json'), JSON.stringify({ ...tinyTokenizer(), added_tokens }));
      },
      /tokenizer\.json does not fit the model/,
    ],
    [
      'a folder in place of a file',
      async (dir) => {
        await rm(model(dir, 'config.json'));
        await mkdir(model(dir, 'config.json'));
      },
      /model/,
    ],
    ['a missing model', (dir) => rm(path.join(dir, 'model'), { recursive: true }), /model-not-found/],
    ['a broken task file', (dir) => writeFile(path.join(dir, 't.ptask.json'), '{ "model": '), /json-syntax/],
    ['a task file that is no text', (dir) => writeFile(path.join(dir, 't.ptask.json'), Buffer.alloc(99, 255)), /error/],
    ['missing data', (dir) => rm(path.join(dir, 'train.jsonl')), /data-not-found/],
    ['data that is no text', (dir) => writeFile(path.join(dir, 'train.jsonl'), Buffer.alloc(99, 255)), /row-syntax/],
    [
      'a broken prompt table',
      (dir) => writeFile(path.join(dir, 't.prompts.safetensors'), 'nonsense'),
      /"t\.prompts\.safetensors" cannot be used: broken prompt table/,
    ],
  ];
  // Windows tells no more than that the folder is not there, as where a run is yet to make the table.
  if (process.platform !== 'win32') {
    cases.push([
      'a prompt table where no file can be',
      (dir) => writeTaskFile(dir, { prompt_table: 'train.jsonl/t.prompts.safetensors' }),
      /t\.prompts\.safetensors" cannot be used: a part of its path is a file/,
    ]);
  }

  it.each(cases)('%s: a clear error and exit code 1', async (_, spoil, message) => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir);
    await spoil(dir);
    for (const command of ['check', 'predict']) {
      const { code, stdout, stderr } = await ptask([command, file]);
      expect(code, `${command}: ${stderr}`).toBe(1);
      expect(stdout + stderr).toMatch(message);
      expect(stdout + stderr).not.toMatch(/internal error|\n\s+at /);
    }
    const { code, stdout, stderr } = await ptask(['train', file, '--json']);
    expect(code, stderr).toBe(1);
    expect(events(stdout).map(({ event }) => event)).toContain('error');
  });

  it('a device that does not work here is an error that says why', async () => {
    const file = await writeProject(await temporaryFolder());
    const { code, stderr } = await ptask(['train', file, '--device', process.platform === 'win32' ? 'coreml' : 'dml']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: device \w+ cannot be used: ONNX Runtime \S+ for \w+ \w+ does not have it/m);
  });

  it('a task that has not been trained is named', async () => {
    const file = await writeProject(await temporaryFolder());
    for (const command of ['predict', 'evaluate']) {
      const { code, stderr } = await ptask([command, file]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/error: 'kind' has not been trained/);
    }
  });

  it.each(['train', 'predict', 'evaluate', 'export'])(
    '%s names what it has in place of an unknown task',
    async (command) => {
      const file = await writeProject(await temporaryFolder(), { model: 'demo' });
      // A demo model would be made here for nothing.
      const cache = await temporaryFolder();
      const options = command === 'export' ? ['--out', 'out'] : [];
      const { code, stderr } = await ptask([command, file, '--task', 'nothing', ...options], {
        env: { PTASK_CACHE: cache },
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .* has no task 'nothing'; it has kind$/m);
      expect(await readdir(cache)).toEqual([]);
    },
  );
});

describe('evaluate', () => {
  it('without test data says what there is to measure on', async () => {
    const dir = await temporaryFolder();
    const data = { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'] };
    const file = await writeProject(dir, { data, trainer: { max_epochs: 1, batch_size: 8 } });
    expect((await ptask(['train', file])).code).toBe(0);
    const { code, stderr } = await ptask(['evaluate', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*no test row of 'kind' can be used: "data" names no test_ds; --split validation/m);
    expect((await ptask(['evaluate', file, '--split', 'validation'])).code).toBe(0);
  });
});

describe('export', () => {
  it('writes a folder for PEFT, once', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 1, batch_size: 8 } });
    const out = path.join(dir, 'out', 'kind');
    expect(await ptask(['export', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--out is missing'),
    });
    const untrained = await ptask(['export', file, '--out', out]);
    expect(untrained).toMatchObject({ code: 1, stderr: expect.stringContaining("'kind' has not been trained") });
    expect((await ptask(['train', file])).code).toBe(0);
    const { code, stdout } = await ptask(['export', file, '--out', out, '--json']);
    expect({ code, events: events(stdout) }).toEqual({
      code: 0,
      events: [{ event: 'exported', task: 'kind', folder: out }],
    });
    const config = JSON.parse(await readFile(path.join(out, 'adapter_config.json'), 'utf8')) as object;
    const base = path.join(dir, 'model');
    expect(config).toMatchObject({ base_model_name_or_path: base, num_virtual_tokens: 4, token_dim: 32 });
    expect((await readFile(path.join(out, 'adapter_model.safetensors'))).byteLength).toBeGreaterThan(4 * 32 * 4);
    const again = await ptask(['export', file, '--out', out]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') });
  });

  it('says why a prompt is none that PEFT could use', async () => {
    const dir = await temporaryFolder();
    const template = { ...taskTemplate('kind'), prompt_template: 'Kind <|VIRTUAL_PROMPT_0|> {text}: {label}' };
    const file = await writeProject(dir, { task_templates: [template], trainer: { max_epochs: 1, batch_size: 8 } });
    expect((await ptask(['train', file])).code).toBe(0);
    const { code, stderr } = await ptask(['export', file, '--out', path.join(dir, 'out')]);
    expect(code).toBe(1);
    expect(stderr).toContain("error: 'kind' has text in front of its virtual tokens");
  });
});

describe('predict', () => {
  it('answers the good rows and names the bad ones', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 1, batch_size: 8 } });
    expect((await ptask(['train', file])).code).toBe(0);
    const long = JSON.stringify({ text: 'abba'.repeat(100) });
    const input = [
      '{"taskname":"kind","text":"abba"}',
      '{"taskname":',
      '{"taskname":"x"}',
      '{"text":"zzz"}',
      '{}',
      long,
    ];
    const { code, stdout, stderr } = await ptask(['predict', file, '--input', '-', '--json'], {
      input: input.join('\n'),
    });
    expect(code).toBe(1);
    expect(events(stdout).map(({ event, row }) => [event, row])).toEqual([
      ['prediction', 0],
      ['error', 1],
      ['error', 2],
      ['prediction', 3],
      ['error', 4],
      ['error', 5],
    ]);
    expect(stderr).toMatch(/^error: standard input:2: /m);
    expect(stderr).toMatch(/^error: standard input:3: this row is of the task "x"; the task file has kind$/m);
    expect(stderr).toMatch(/^error: standard input:5: "text" is missing/m);
    expect(stderr).toMatch(/^error: standard input:6: the row is too long for the model$/m);
    expect(await ptask(['predict', file, '--input', '-'], { input: long })).toMatchObject({ code: 1, stdout: '' });
    const missing = await ptask(['predict', file, '--input', path.join(dir, 'none.jsonl')]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/none\.jsonl: cannot be read: there is no such file/);
  });
});

describe('several tasks of which one was not trained', () => {
  it('are answered and measured but for that one, which is named', async () => {
    const dir = await temporaryFolder();
    const examples = ['b', 'kind'].map((taskname) => ({ taskname, text: 'abba' }));
    const task_templates = ['kind', 'b'].map((name) => taskTemplate(name));
    await writeProject(dir, {
      task_templates,
      new_tasks: ['kind', 'b'],
      examples,
      trainer: { max_epochs: 1, batch_size: 8 },
    });
    await writeJsonl(
      path.join(dir, 'train.jsonl'),
      ['kind', 'b'].flatMap((name) => rowsOf(name, 'train')),
    );
    const file = path.join(dir, 't.ptask.json');
    expect((await ptask(['train', file, '--task', 'kind'])).code).toBe(0);
    const { code, stdout, stderr } = await ptask(['predict', file, '--json']);
    expect(code).toBe(1);
    expect(events(stdout).filter(({ event }) => event !== 'problem')).toMatchObject([
      { event: 'error', row: 0, message: expect.stringContaining("'b' has not been trained") },
      { event: 'prediction', row: 1, taskname: 'kind' },
    ]);
    expect(stderr).toMatch(/^error: example 1: 'b' has not been trained/m);
    const measured = await ptask(['evaluate', file, '--split', 'validation', '--json']);
    expect(measured.code).toBe(1);
    expect(events(measured.stdout).filter(({ event }) => event !== 'problem')).toMatchObject([
      { event: 'metrics', task: 'kind' },
      { event: 'error', message: expect.stringContaining("'b' has not been trained") },
    ]);
    for (const command of ['predict', 'evaluate']) {
      const alone = await ptask([command, file, '--task', 'b']);
      expect(alone).toMatchObject({ code: 1, stdout: '' });
      expect(alone.stderr).toMatch(/^error: 'b' has not been trained/m);
    }
  });
});

describe('this machine', () => {
  it('is described', async () => {
    const [devices] = events((await ptask(['devices', '--json'])).stdout);
    expect(devices).toMatchObject({ event: 'devices', used: expect.any(String) });
    expect(devices!.cores).toBeGreaterThan(0);
    expect((await ptask(['devices'])).stdout).toMatch(/← used/);
  });

  it('is measured', async () => {
    const dir = await temporaryFolder();
    await writeProject(dir);
    await rm(path.join(dir, 'model', 'tokenizer.json'));
    const sizes = ['--model', 'model', '--virtual', '4', '--length', '8', '--batch', '2', '--steps', '3'];
    const [result] = events((await ptask(['bench', ...sizes, '--json'], { cwd: dir })).stdout);
    expect(result).toMatchObject({ event: 'bench', virtual: 4, length: 8, batch: 2, answer: 2, steps: 3 });
    for (const key of ['step_ms', 'peak_mb', 'load_ms']) expect(result![key]).toBeGreaterThan(0);
    const half = await ptask(['bench', ...sizes, '--precision', 'float16', '--device', 'cpu'], { cwd: dir });
    expect(half).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('float16 is for devices that') });
    const tooLong = await ptask(['bench', ...sizes, '--length', '500'], { cwd: dir });
    expect(tooLong.code).toBe(1);
    expect(tooLong.stderr).toMatch(/64 positions/);
  });
});

describe('what nobody foresaw', () => {
  /** Breaks what every command has need of, once it has begun. */
  const BROKEN = `data:text/javascript,Array.prototype.flatMap = () => { throw new TypeError('unforeseen%5cnand more'); };`;
  const models = (env: NodeJS.ProcessEnv = {}, ...args: string[]) =>
    ptask(['models', ...args], { env: { ...env, NODE_OPTIONS: `--import="${BROKEN}"` } });

  it('is told in a line, and is not the fault of the input', async () => {
    const { code, stdout, stderr } = await models({}, '--json');
    expect(code).toBe(3);
    expect(stderr).toBe('internal error: unforeseen\n');
    expect(JSON.parse(stdout)).toEqual({ event: 'error', message: 'unforeseen\nand more' });
  });

  it('is told with its place to who asks', async () => {
    const { stderr } = await models({ PTASK_DEBUG: '1' });
    expect(stderr).toMatch(/^internal error: unforeseen\nTypeError: unforeseen\nand more\n {4}at /);
  });
});
