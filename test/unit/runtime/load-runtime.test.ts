import { expect, it } from 'vitest';
import { whyNotLoaded } from '../../../engine/src/runtime/load-runtime.ts';

const failed = (message: string) => Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });

it('on Windows, which does not say what is missing, it is said what to install', () => {
  const words = 'The specified module could not be found.\r\n\\\\?\\C:\\ptask\\onnxruntime_binding.node';
  expect(whyNotLoaded(failed(words), 'win32')).toMatch(
    /^ONNX Runtime, which computes, cannot be loaded: The specified module could not be found\. It needs .*Visual C\+\+.* https:\/\/aka\.ms\/\S+\.exe installs; /,
  );
});

it('elsewhere the loader’s own words say it', () => {
  expect(whyNotLoaded(failed('libstdc++.so.6: cannot open shared object file'), 'linux')).toBe(
    'ONNX Runtime, which computes, cannot be loaded: libstdc++.so.6: cannot open shared object file; task files are still checked',
  );
  expect(whyNotLoaded(new Error('x is not a function'), 'win32')).toBeUndefined();
});
