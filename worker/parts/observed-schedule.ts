/** A scheduler's schedule for one clip, in tensors, with every step told to the observer. */
import type { Schedule, ScheduleRequest, Scheduler } from '../schedulers/scheduler.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { Run } from './run.ts';

export interface ObservedSchedule {
  /** As the network is told, one per step. */
  readonly timesteps: Float64Array;
  /** What unit noise is multiplied with to begin. */
  readonly initNoiseSigma: number;
  /** The latents as the network wants to see them at step i. */
  scaleInput(i: number, latents: FloatTensor): FloatTensor;
  /** The latents at step i + 1; called with i = 0, 1, … in order. */
  step(i: number, prediction: FloatTensor, latents: FloatTensor): Promise<FloatTensor>;
  /** As those of `Schedule`. */
  readonly memory: Schedule['memory'];
  readonly resume: Schedule['resume'];
}

/** @param seen the layout in which the reference hands latents to its scheduler, where it is another one than its denoiser's */
export const startSchedule = async (
  scheduler: Scheduler,
  request: ScheduleRequest,
  run: Run,
  seen: (latents: FloatTensor) => FloatTensor = (latents) => latents,
): Promise<ObservedSchedule> => {
  const schedule = scheduler.start(request);
  const { timesteps, sigmas, initNoiseSigma } = schedule;
  await run.observe('sched/timesteps', { data: timesteps, dims: [timesteps.length] });
  if (sigmas) await run.observe('sched/sigmas', { data: sigmas, dims: [sigmas.length] });
  return {
    timesteps,
    initNoiseSigma,
    memory: schedule.memory,
    resume: schedule.resume,
    scaleInput: (i, { data, dims }) => ({ data: schedule.scaleInput(i, data), dims }),
    async step(i, prediction, latents) {
      const next = { data: schedule.step(i, prediction.data, latents.data), dims: latents.dims };
      if (run.observed) {
        await run.observe(`sched/${i}/in/model_output`, seen(prediction));
        await run.observe(`sched/${i}/in/t`, { data: timesteps.slice(i, i + 1), dims: [] });
        await run.observe(`sched/${i}/in/sample`, seen(latents));
        await run.observe(`sched/${i}/out/prev_sample`, seen(next));
      }
      return next;
    },
  };
};
