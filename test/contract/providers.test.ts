/** Where graphs run: what is chosen on which machine, and the line that says why. */
import { describe, expect, it } from 'vitest';
import { chooseProviders, inspectMachine, libraryWords, type Machine, parseGpu, parseMissing } from '../../worker/onnx/providers.ts';
import { builtProviders } from '../../worker/onnx/session.ts';

const CUDA = 'libonnxruntime_providers_cuda.so';
const bare: Machine = {
  platform: 'linux/x64',
  built: ['cpu', 'webgpu', 'cuda', 'tensorrt'],
  libraries: ['libonnxruntime.so.1'],
  missingLibraries: [],
  gpu: null,
};
const gpu = { name: 'NVIDIA H100', totalBytes: 80e9, freeBytes: 79e9 };
const ready: Machine = { ...bare, libraries: [CUDA, 'libonnxruntime_providers_tensorrt.so'], gpu };

describe('the choice of providers', () => {
  it.each<[string, readonly string[], Machine, readonly string[], RegExp]>([
    [
      'auto without a card',
      ['auto'],
      bare,
      ['cpu'],
      /CUDA is not in this installation: libonnxruntime_providers_cuda\.so is missing\. Fetch it with .*running on the CPU/,
    ],
    [
      'auto with everything',
      ['auto'],
      ready,
      ['cuda', 'webgpu', 'cpu'],
      /CUDA: found libonnxruntime_providers_cuda\.so, GPU NVIDIA H100 with 80 GB.*running on cuda/,
    ],
    ['nothing said', [], ready, ['cuda', 'webgpu', 'cpu'], /running on cuda/],
    [
      'a card without the driver',
      ['cuda'],
      { ...ready, gpu: null },
      ['cpu'],
      /nvidia-smi finds no graphics card\. Install the NVIDIA driver, or give the container access/,
    ],
    [
      'a card without cuDNN',
      ['cuda'],
      { ...ready, missingLibraries: ['libcudnn.so.9', 'libcublasLt.so.12'] },
      ['cpu'],
      /lacks libcudnn\.so\.9 \(package libcudnn9-cuda-12\), libcublasLt\.so\.12 \(package libcublas-12-\*\)/,
    ],
    [
      'CUDA on a Mac',
      ['cuda', 'coreml'],
      { ...bare, platform: 'darwin/arm64', built: ['cpu', 'coreml', 'webgpu'] },
      ['coreml', 'cpu'],
      /not made for darwin\/arm64.*coreml: built into/,
    ],
    ['auto on a Mac', ['auto'], { ...bare, platform: 'darwin/arm64', built: ['cpu', 'coreml', 'webgpu'] }, ['coreml', 'cpu'], /running on coreml/],
    ['TensorRT when asked', ['tensorrt', 'cuda'], ready, ['tensorrt', 'cuda', 'cpu'], /TensorRT: found .*running on tensorrt/],
    ['a name that is none', ['cudda', 'cpu'], ready, ['cpu'], /cudda is no execution provider\. Possible: auto, cuda/],
    ['the CPU when asked', ['cpu'], ready, ['cpu'], /^running on the CPU$/],
    ['a provider that the build lacks', ['dml'], bare, ['cpu'], /dml is not in the runtime for linux\/x64/],
  ])('%s', (_, wanted, machine, providers, reason) => {
    const choice = chooseProviders(wanted, machine);
    expect(choice.providers).toEqual(providers);
    expect(choice.reasons.join('; ')).toMatch(reason);
  });

  it('on this machine names only what the runtime has', async () => {
    const machine = await inspectMachine(builtProviders());
    const { providers, reasons } = chooseProviders(['auto'], machine);
    expect(machine.built).toContain('cpu');
    expect(machine.libraries).toContain('onnxruntime_binding.node');
    expect(providers.at(-1)).toBe('cpu');
    expect(reasons.at(-1)).toMatch(/^running on /);
  });
});

describe('what the system says', () => {
  it('nvidia-smi', () => {
    expect(parseGpu('NVIDIA GeForce RTX 4090, 24564, 23010\nNVIDIA T4, 15360, 15000\n')).toEqual({
      name: 'NVIDIA GeForce RTX 4090',
      totalBytes: 24564 * 2 ** 20,
      freeBytes: 23010 * 2 ** 20,
    });
    expect(parseGpu('No devices were found\n')).toBeNull();
  });

  it('ldd', () => {
    const answer = '\tlinux-vdso.so.1 (0x00007ffd)\n\tlibcudart.so.12 => not found\n\tlibm.so.6 => /lib/libm.so.6 (0x00007f)\n\tlibcudnn.so.9 => not found\n';
    expect(parseMissing(answer).map(libraryWords)).toEqual(['libcudart.so.12 (package cuda-cudart-12-*)', 'libcudnn.so.9 (package libcudnn9-cuda-12)']);
    expect(libraryWords('libcuda.so.1')).toBe('libcuda.so.1 (the NVIDIA driver)');
  });
});
