import { describe, expect, it } from 'vitest';
import { DivergedError, EngineError, FileError, InputError, PtaskError } from '../../../engine/src/errors.ts';
import { fileReason } from '../../../model/src/file-reason.ts';

describe('errors', () => {
  it('carry the exit code of the command line', () => {
    expect(new InputError('x').exitCode).toBe(1);
    expect(new EngineError('x').exitCode).toBe(3);
    expect(FileError.from('a', 'read', new Error('x')).exitCode).toBe(1);
    expect(new DivergedError(7).exitCode).toBe(1);
  });

  it('are told apart by class and name', () => {
    const error = FileError.from('a', 'read', new Error('x'));
    expect(error).toBeInstanceOf(PtaskError);
    expect(error).toBeInstanceOf(InputError);
    expect(error.name).toBe('FileError');
  });

  it.each([
    ['ENOSPC', 'written', 'the disk is full'],
    ['EACCES', 'written', 'permission denied'],
    ['EROFS', 'written', 'the file system is read-only'],
    ['EISDIR', 'written', 'it is a folder'],
    ['ENOENT', 'written', 'its folder does not exist'],
    ['ENOENT', 'read', 'there is no such file'],
  ] as const)('say %s when a file is %s in plain words', (code, action, words) => {
    const error = FileError.from('/data/x.bin', action, Object.assign(new Error(`${code}: syscall`), { code }));
    expect(error.message).toBe(`/data/x.bin: cannot be ${action}: ${words}`);
    expect(error.code).toBe(code);
  });

  it.each([
    ['ENOENT', 'C:\\tasks\\what?.safetensors.12-0a.tmp'],
    ['EINVAL', 'C:\\tasks\\a*b'],
    ['EINVAL', '\\\\?\\C:\\tasks\\a:b'],
  ])('say what Windows means by %s where a name cannot be one: %s', (code, path) => {
    const error = Object.assign(new Error(`${code}: open`), { code, path });
    expect(fileReason('written', error, 'win32')).toBe("its name holds a character that no file's may");
    expect(fileReason('written', error, 'linux')).not.toContain('character');
  });

  it('say of a name that could be one that its folder is missing, and of what is read that it is not there', () => {
    const error = Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: '\\\\?\\C:\\tasks\\a.tmp' });
    expect(fileReason('written', error, 'win32')).toBe('its folder does not exist');
    expect(fileReason('read', { ...error, path: 'C:\\what?' }, 'win32')).toBe('there is no such file');
  });

  it('keep the system’s own words for a code that has no others', () => {
    const cause = Object.assign(new Error('ESTALE: stale file handle'), { code: 'ESTALE' });
    expect(FileError.from('x', 'read', cause).message).toContain('stale file handle');
    expect(FileError.from('x', 'read', cause).cause).toBe(cause);
  });

  it('name the step at which training diverged', () => {
    expect(new DivergedError(12).message).toContain('step 12');
    expect(new DivergedError(12).step).toBe(12);
  });
});
