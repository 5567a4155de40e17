/** Where the graphs run: which execution providers this machine and this build of the runtime really have, and why. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What a person may write into EXECUTION_PROVIDERS. */
export const providerNames = ['auto', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml', 'cpu'] as const;
export type ProviderName = (typeof providerNames)[number];

/** What was found on this machine. */
export interface Machine {
  /** `linux/x64` */
  readonly platform: string;
  /** Providers compiled into the runtime's binding, as it lists them itself. */
  readonly built: readonly string[];
  /** Names of the runtime's shared libraries that lie beside the binding. */
  readonly libraries: readonly string[];
  /** Libraries that the CUDA provider needs and the system cannot find, as `libcudnn.so.9`. */
  readonly missingLibraries: readonly string[];
  /** Null when nvidia-smi does not answer. */
  readonly gpu: Gpu | null;
}

export interface Gpu {
  readonly name: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface ProviderChoice {
  /** For the session, best first; `cpu` is always the last. */
  readonly providers: readonly string[];
  /** One line per provider that was looked at: `CUDA: …`. */
  readonly reasons: readonly string[];
}

const CUDA_LIBRARY = 'libonnxruntime_providers_cuda.so';
const TENSORRT_LIBRARY = 'libonnxruntime_providers_tensorrt.so';
/** Faster first; TensorRT only when asked for, because it compiles every new size for minutes. */
const AUTO: readonly ProviderName[] = ['cuda', 'coreml', 'webgpu', 'cpu'];

/** Which package brings a library, by the beginning of its name. */
const packages: readonly (readonly [string, string])[] = [
  ['libcuda.so', 'the NVIDIA driver'],
  ['libcudart.so', 'cuda-cudart-12-*'],
  ['libcublas', 'libcublas-12-*'],
  ['libcufft.so', 'libcufft-12-*'],
  ['libcurand.so', 'libcurand-12-*'],
  ['libnvrtc', 'cuda-nvrtc-12-*'],
  ['libnvinfer', 'libnvinfer10'],
  ['libnvonnxparser', 'libnvonnxparsers10'],
  ['libcudnn', 'libcudnn9-cuda-12'],
];

/** `libcudnn.so.9 (package libcudnn9-cuda-12)` */
export const libraryWords = (library: string): string => {
  const found = packages.find(([beginning]) => library.startsWith(beginning));
  return found ? `${library} (${found[1].startsWith('the ') ? found[1] : `package ${found[1]}`})` : library;
};

const INSTALL = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12';

/** Why an NVIDIA provider cannot be used. @returns undefined when it can */
const nvidiaProblem = (name: string, library: string, { platform, libraries, missingLibraries, gpu }: Machine): string | undefined => {
  if (platform !== 'linux/x64') return `${name} is not made for ${platform}, only for linux/x64`;
  if (!libraries.includes(library)) return `${name} is not in this installation: ${library} is missing. Fetch it with “${INSTALL}”`;
  if (!gpu) return `${name}: nvidia-smi finds no graphics card. Install the NVIDIA driver, or give the container access to it`;
  if (missingLibraries.length > 0) return `${name}: the system lacks ${missingLibraries.map(libraryWords).join(', ')}`;
  return undefined;
};

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(0)} GB`;

/** @returns why not, or undefined with the good news in `found` */
const look = (name: ProviderName, machine: Machine): { readonly problem?: string; readonly found?: string } => {
  const { gpu, built, platform } = machine;
  if (name === 'cpu') return { found: 'CPU: always there' };
  if (name === 'cuda' || name === 'tensorrt') {
    const library = name === 'cuda' ? CUDA_LIBRARY : TENSORRT_LIBRARY;
    const title = name === 'cuda' ? 'CUDA' : 'TensorRT';
    const problem = nvidiaProblem(title, library, machine);
    return problem === undefined ? { found: `${title}: found ${library}, GPU ${gpu?.name} with ${gigabytes(gpu?.totalBytes ?? 0)}` } : { problem };
  }
  if (!built.includes(name)) return { problem: `${name} is not in the runtime for ${platform}` };
  return { found: `${name}: built into the runtime` };
};

/**
 * Decides where graphs run.
 * @param wanted in order of preference, as EXECUTION_PROVIDERS says; unknown names are named among the reasons
 */
export const chooseProviders = (wanted: readonly string[], machine: Machine): ProviderChoice => {
  const isAuto = wanted.length === 0 || wanted.includes('auto');
  const names = isAuto ? AUTO.filter((name) => name !== 'webgpu' || machine.gpu !== null) : wanted;
  const providers: string[] = [];
  const reasons: string[] = [];
  for (const name of names) {
    const known = providerNames.find((one) => one === name);
    if (known === undefined) {
      reasons.push(`${name} is no execution provider. Possible: ${providerNames.join(', ')}`);
      continue;
    }
    const { problem, found } = look(known, machine);
    if (found !== undefined && known !== 'cpu') providers.push(known);
    // what nobody asked for and this platform never has needs no words
    const isSilent = isAuto && problem !== undefined && (known === 'coreml' || known === 'webgpu');
    if (known !== 'cpu' && !isSilent) reasons.push(found ?? problem ?? '');
  }
  reasons.push(providers.length === 0 ? 'running on the CPU' : `running on ${providers[0]}`);
  return { providers: [...providers, 'cpu'], reasons };
};

const run = promisify(execFile);
const LOOK_MS = 5000;

/** The answer of `nvidia-smi --query-gpu=name,memory.total,memory.free --format=csv,noheader,nounits`, MiB. */
export const parseGpu = (csv: string): Gpu | null => {
  const [line = ''] = csv.trim().split('\n');
  const [, name, total, free] = /^(.+), (\d+), (\d+)$/.exec(line.trim()) ?? [];
  return name === undefined ? null : { name, totalBytes: Number(total) * 1024 ** 2, freeBytes: Number(free) * 1024 ** 2 };
};

/** The first graphics card of NVIDIA, as its driver describes it now. */
export const findGpu = (): Promise<Gpu | null> =>
  run('nvidia-smi', ['--query-gpu=name,memory.total,memory.free', '--format=csv,noheader,nounits'], { timeout: LOOK_MS }).then(
    ({ stdout }) => parseGpu(stdout),
    () => null,
  );

/** Names in the answer of ldd that are “not found”. */
export const parseMissing = (ldd: string): readonly string[] => [...ldd.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name as string);

const missingFor = (library: string): Promise<readonly string[]> =>
  run('ldd', [library], { timeout: LOOK_MS }).then(
    ({ stdout }) => parseMissing(stdout),
    () => [],
  );

/** Looks at this machine. @param built what the runtime's binding lists */
export const inspectMachine = async (built: readonly string[]): Promise<Machine> => {
  const platform = `${process.platform}/${process.arch}`;
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const folder = join(home, 'bin', 'napi-v6', process.platform, process.arch);
  const libraries = await readdir(folder).catch((): string[] => []);
  const missingLibraries = libraries.includes(CUDA_LIBRARY) ? await missingFor(join(folder, CUDA_LIBRARY)) : [];
  // beside the binding lies the library that the provider's own loader finds by itself
  return { platform, built, libraries, missingLibraries: missingLibraries.filter((name) => !libraries.includes(name)), gpu: await findGpu() };
};
