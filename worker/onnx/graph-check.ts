/** Holds an ONNX file to what the manifest says about it, and to what may be opened at all. */
import { posix } from 'node:path';
import type { BundleComponent } from './bundle-manifest.ts';
import { type GraphPort, readGraphHeader } from './graph-header.ts';
import { shown, type Weight } from './graph-weights.ts';
import { Malformed } from './protobuf.ts';

/** Operator sets that the runtime brings itself. */
const DOMAINS: readonly string[] = ['', 'ai.onnx', 'com.microsoft'];
/** ONNX's numbers of the element types that may cross into JavaScript. */
const elementTypes = { float32: 1, uint8: 2, int64: 7 } as const;

/** Tensors may share their bytes; every one of them is looked at on its own, so that sharing without end would be work without end. */
const MAX_SHARING = 4;

type ManifestPort = BundleComponent['inputs'][number];

const checkPorts = (direction: 'input' | 'output', said: readonly ManifestPort[], found: readonly GraphPort[]): void => {
  const byName = new Map(found.map((port) => [port.name, port]));
  if (byName.size !== found.length) throw new Malformed(`has two ${direction}s of one name`);
  const stranger = found.find(({ name }) => !said.some((port) => port.name === name));
  if (stranger) throw new Malformed(`has an ${direction} ${shown(stranger.name)}, of which manifest.json says nothing`);
  for (const { name, dtype, dims } of said) {
    const port = byName.get(name);
    if (port === undefined) throw new Malformed(`has no ${direction} ${name}, as manifest.json says`);
    if (port.type !== elementTypes[dtype] && (direction === 'input' || port.type !== 0))
      throw new Malformed(`has an ${direction} ${name} that is not ${dtype}`);
    if (port.dims === null) continue;
    const agrees =
      port.dims.length === dims.length && port.dims.every((side, i) => typeof side !== 'number' || typeof dims[i] !== 'number' || side === dims[i]);
    if (!agrees) throw new Malformed(`has an ${direction} ${name} of [${port.dims.map((side) => shown(String(side)))}]; manifest.json says [${dims}]`);
  }
};

/** The listed file in which an external weight lies. */
const externalFile = (component: BundleComponent, { tensor, location, offset, bytes }: Weight): string => {
  // As ONNX writes it: relative to the graph, and nothing that would have to be resolved first.
  const file = posix.join(posix.dirname(component.file), location ?? '');
  const listed = component.externalData.find((one) => one.file === file);
  if (location === null || posix.normalize(location) !== location || listed === undefined)
    throw new Malformed(`wants weights (${tensor}) from “${shown(location ?? '')}”, which manifest.json does not list`);
  if (offset + bytes > listed.bytes) throw new Malformed(`wants weights (${tensor}) from beyond the end of ${listed.file}`);
  return listed.file;
};

/**
 * Looks at a graph without opening it in the runtime.
 * @returns the weights by the bundle's file in which they lie; files that the manifest lists are all there, also without weights
 * @throws Malformed with words that complete “the file …”
 */
export const checkGraph = (path: string, component: BundleComponent): ReadonlyMap<string, readonly Weight[]> => {
  const header = readGraphHeader(path);
  checkPorts('input', component.inputs, header.inputs);
  checkPorts('output', component.outputs, header.outputs);
  for (const domain of header.domains)
    if (!DOMAINS.includes(domain)) throw new Malformed(`uses operators of “${shown(domain)}”; only those of ${DOMAINS.slice(1).join(' and ')} are run`);
  const weights = new Map<string, Weight[]>([component, ...component.externalData].map(({ file }) => [file, []]));
  for (const weight of header.weights) weights.get(weight.location === null ? component.file : externalFile(component, weight))?.push(weight);
  for (const { file, bytes } of component.externalData) {
    const wanted = (weights.get(file) ?? []).reduce((sum, weight) => sum + weight.bytes, 0);
    if (wanted > MAX_SHARING * bytes) throw new Malformed(`wants the ${bytes} bytes of ${file} more than ${MAX_SHARING} times over`);
  }
  return weights;
};
