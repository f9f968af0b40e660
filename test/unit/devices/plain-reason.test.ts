import { expect, it } from 'vitest';
import { plainReason } from '../../../engine/src/devices/plain-reason.ts';

const SOURCE = 'N:\\_work\\1\\s\\onnxruntime\\core\\providers';
const AT = `${SOURCE}\\dml\\dml_provider_factory.cc(512)\\onnxruntime.dll!00007FF8EA043870: (caller: 00007FF8EA043BAA)`;

it.each([
  [
    `${SOURCE}\\webgpu\\webgpu_context.cc:101 onnxruntime::webgpu::WebGpuContext::Initialize::<lambda_1>::operator () status == Success was false. Failed to get a WebGPU adapter: No supported adapters\n`,
    'Failed to get a WebGPU adapter: No supported adapters',
  ],
  [`${AT} Exception(1) tid(1a0) 887A0004 `, 'DirectX: 887A0004'],
  [
    `${AT} Exception(3) tid(2f40) 887A0004 The specified device interface or feature level is not supported on this system.\r\n`,
    'DirectX: 887A0004 The specified device interface or feature level is not supported on this system.',
  ],
  [
    `${SOURCE}\\dml\\dml_provider_factory.cc:283 onnxruntime::DeviceOptions::Filter No devices detected that match the filter criteria.`,
    'No devices detected that match the filter criteria.',
  ],
  ['C:\\models\\a b: 5 is no name', 'C:\\models\\a b: 5 is no name'],
  ['x'.repeat(400), `${'x'.repeat(299)}…`],
])('is said without the place in its sources: %#', (message, plain) => {
  expect(plainReason(message)).toBe(plain);
});
