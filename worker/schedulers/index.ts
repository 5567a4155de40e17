/** The scheduler that a configuration names. */
import { createDdim } from './ddim.ts';
import { createDpmSolver } from './dpm-solver.ts';
import { createEulerDiscrete } from './euler-discrete.ts';
import { createFlowEuler } from './flow-euler.ts';
import { unsupported } from './options.ts';
import { createPndm } from './pndm.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { createUniPc } from './unipc.ts';

const classes: ReadonlyMap<string, (config: SchedulerConfig) => Scheduler> = new Map([
  ['EulerDiscreteScheduler', createEulerDiscrete],
  ['DDIMScheduler', createDdim],
  ['DPMSolverMultistepScheduler', createDpmSolver],
  ['FlowMatchEulerDiscreteScheduler', createFlowEuler],
  ['UniPCMultistepScheduler', createUniPc],
  ['PNDMScheduler', createPndm],
]);

/**
 * @param config a diffusers scheduler_config.json, as it lies in a bundle; see parseSchedulerConfig for the text
 * @throws EngineError SCHEDULER_UNSUPPORTED for a class or an option that cannot be honoured
 */
export const createScheduler = (config: SchedulerConfig): Scheduler => {
  const create = classes.get(config._class_name);
  if (create === undefined) throw unsupported(config, `possible are ${[...classes.keys()].join(', ')}`);
  return create(config);
};
