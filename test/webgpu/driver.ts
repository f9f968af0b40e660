import path from 'node:path';

/** Where the tests' own Vulkan driver lies. */
export const DRIVER = path.resolve(import.meta.dirname, '../../.vscode-test/vulkan');

/** With these variables a process finds it, and no other one. */
export const DRIVER_ENVIRONMENT: Readonly<Record<string, string>> =
  process.platform === 'linux'
    ? {
        LD_LIBRARY_PATH: DRIVER,
        VK_ICD_FILENAMES: path.join(DRIVER, 'vk_swiftshader_icd.json'),
        VK_DRIVER_FILES: path.join(DRIVER, 'vk_swiftshader_icd.json'),
      }
    : {};
