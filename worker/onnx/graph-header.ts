/** What an ONNX file says about itself: its ports, the operator sets it uses, and where each weight lies. */
import { readWeight, shown, type Weight } from './graph-weights.ts';
import { type Field, Malformed, message, NAME_MAX_BYTES, openProtobuf, type ProtobufFile } from './protobuf.ts';

export interface GraphPort {
  readonly name: string;
  /** ONNX's number of the element type; 0 where the graph does not say. */
  readonly type: number;
  /** Null where the graph does not say; a free side is a name, or empty. */
  readonly dims: readonly (number | string)[] | null;
}

export interface GraphHeader {
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  /** Of the operators used, without those the model defines itself. */
  readonly domains: ReadonlySet<string>;
  readonly weights: readonly Weight[];
}

const MAX_DEPTH = 16;
const MAX_RANK = 32;
/** The state of one walk. */
interface Walk {
  readonly file: ProtobufFile;
  readonly inputs: GraphPort[];
  readonly outputs: GraphPort[];
  readonly initializers: Set<string>;
  readonly domains: Set<string>;
  readonly ownDomains: Set<string>;
  readonly weights: Weight[];
}

const readShape = ({ file }: Walk, whole: Field): (number | string)[] => {
  const dims: (number | string)[] = [];
  for (const side of file.fields(whole.start, whole.end)) {
    if (side.number !== 1) continue;
    let value: number | string = '';
    for (const part of file.fields(message(side).start, side.end)) {
      if (part.number === 1) value = part.value;
      if (part.number === 2) value = file.text(message(part), NAME_MAX_BYTES);
    }
    dims.push(value);
    if (dims.length > MAX_RANK) throw new Malformed('has an input or output of more dimensions than any model');
  }
  return dims;
};

const readPort = (walk: Walk, whole: Field): GraphPort => {
  const { file } = walk;
  let name = '';
  let type = 0;
  let dims: (number | string)[] | null = null;
  for (const field of file.fields(whole.start, whole.end)) {
    if (field.number === 1) name = file.text(message(field), NAME_MAX_BYTES);
    if (field.number !== 2) continue;
    for (const form of file.fields(message(field).start, field.end)) {
      if (form.number === 6) continue;
      if (form.number !== 1) throw new Malformed(`has an input or output (${shown(name)}) that is not a tensor`);
      for (const part of file.fields(message(form).start, form.end)) {
        if (part.number === 1) type = part.value;
        if (part.number === 2) dims = readShape(walk, message(part));
      }
    }
  }
  return { name, type, dims };
};

const readNode = (walk: Walk, whole: Field, depth: number): void => {
  const { file, domains, weights } = walk;
  let domain = '';
  for (const field of file.fields(whole.start, whole.end)) {
    if (field.number === 7) domain = file.text(message(field), NAME_MAX_BYTES);
    if (field.number !== 5) continue;
    for (const part of file.fields(message(field).start, field.end)) {
      if (part.number === 5 || part.number === 10) readWeight(file, message(part), weights);
      if (part.number === 6 || part.number === 11) readGraph(walk, message(part), depth + 1);
      if (part.number === 22 || part.number === 23) throw new Malformed('holds a sparse tensor, which no model here has');
    }
  }
  domains.add(domain);
};

const readGraph = (walk: Walk, whole: Field, depth: number): void => {
  if (depth > MAX_DEPTH) throw new Malformed(`nests graphs more than ${MAX_DEPTH} deep`);
  for (const field of walk.file.fields(whole.start, whole.end)) {
    if (field.number === 1) readNode(walk, message(field), depth);
    else if (field.number === 5) {
      const name = readWeight(walk.file, message(field), walk.weights);
      if (depth === 0) walk.initializers.add(name);
    } else if (field.number === 15) throw new Malformed('holds a sparse tensor, which no model here has');
    else if (depth === 0 && field.number === 11) walk.inputs.push(readPort(walk, message(field)));
    else if (depth === 0 && field.number === 12) walk.outputs.push(readPort(walk, message(field)));
  }
};

const readFunction = (walk: Walk, whole: Field): void => {
  for (const field of walk.file.fields(whole.start, whole.end)) {
    if (field.number === 7) readNode(walk, message(field), 0);
    if (field.number === 10) walk.ownDomains.add(walk.file.text(message(field), NAME_MAX_BYTES));
  }
};

/**
 * Reads everything about an ONNX file but its weights' values.
 * @throws Malformed with words that complete “the file …”
 * @source onnx.proto, version 1.23: the field numbers
 */
export const readGraphHeader = (path: string): GraphHeader => {
  const file = openProtobuf(path);
  const walk: Walk = {
    file,
    inputs: [],
    outputs: [],
    initializers: new Set(),
    domains: new Set(),
    ownDomains: new Set(),
    weights: [],
  };
  let graphs = 0;
  try {
    for (const field of file.fields(0, file.bytes)) {
      if (field.number === 7) {
        graphs += 1;
        readGraph(walk, message(field), 0);
      }
      if (field.number === 20) throw new Malformed('holds a training graph, which nobody here runs');
      if (field.number === 25) readFunction(walk, message(field));
    }
  } finally {
    file.close();
  }
  if (graphs !== 1) throw new Malformed(graphs === 0 ? 'is not an ONNX model: it holds no graph' : 'holds more than one graph');
  return {
    // older files list weights among the inputs
    inputs: walk.inputs.filter(({ name }) => !walk.initializers.has(name)),
    outputs: walk.outputs,
    domains: new Set([...walk.domains].filter((domain) => !walk.ownDomains.has(domain))),
    weights: walk.weights,
  };
};
