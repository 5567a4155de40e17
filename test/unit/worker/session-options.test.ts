/** What sessions are told: by provider, and never a graphics card's settings where the CPU runs. */
import { describe, expect, it } from 'vitest';
import { sessionSettings } from '../../../worker/onnx/session-options.ts';

const cpu = { intra_op: { allow_spinning: '0' } };

describe('the settings of a session', () => {
  it.each<[readonly string[], object]>([
    [['cpu'], cpu],
    [['webgpu', 'cpu'], cpu],
    [['tensorrt', 'cpu'], cpu],
    [['cuda', 'cpu'], { ...cpu, use_device_allocator_for_initializers: '1' }],
    [['tensorrt', 'cuda', 'cpu'], { ...cpu, use_device_allocator_for_initializers: '1' }],
  ])('%j', (providers, session) => expect(sessionSettings(providers)).toEqual({ executionProviders: providers, extra: { session } }));
});
