/** Metrics by prom-client, in Prometheus' text format. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../metrics.ts';
import type { DeliveryStore, JobStore, PredictionStore } from '../store.ts';

export interface PrometheusMetrics extends Metrics {
  text(): Promise<string>;
}

const SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600];

/**
 * @param jobs asked for the number of jobs in each state whenever the metrics are read
 * @param deliveries asked how many places have a learnt file limit
 * @param predictions asked how many promises were kept, where there are any
 */
export const createMetrics = (
  jobs: Pick<JobStore, 'counts' | 'oldestWaitingMs'>,
  predictions?: Pick<PredictionStore, 'calibration'>,
  deliveries?: Pick<DeliveryStore, 'learntCeilings'>,
): PrometheusMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({ name: 'stillmotion_requests_total', help: 'Requests by channel and outcome', labelNames: ['channel', 'outcome'], registers });
  const finished = new Counter({ name: 'stillmotion_jobs_total', help: 'Jobs that reached a final state', labelNames: ['engine', 'state'], registers });
  const wait = new Histogram({
    name: 'stillmotion_wait_seconds',
    help: 'Time from acceptance to a worker',
    labelNames: ['engine'],
    buckets: SECONDS,
    registers,
  });
  const render = new Histogram({
    name: 'stillmotion_render_seconds',
    help: 'Time from a worker taking the job to its end',
    labelNames: ['engine'],
    buckets: SECONDS,
    registers,
  });
  const delivered = new Counter({
    name: 'stillmotion_deliveries_total',
    help: 'Deliveries by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  const refunds = new Counter({ name: 'stillmotion_refunds_total', help: 'Clips given back, by reason', labelNames: ['reason'], registers });
  new Gauge({
    name: 'stillmotion_jobs',
    help: 'Jobs in the database by state',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const [state, count] of Object.entries(await jobs.counts())) this.set({ state }, count);
    },
  });
  const edits = new Counter({
    name: 'stillmotion_edits_total',
    help: 'Edits of status messages by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  new Gauge({
    name: 'stillmotion_queue_age_seconds',
    help: 'How long the oldest waiting job has been waiting; 0 when none waits',
    registers,
    async collect() {
      this.set((await jobs.oldestWaitingMs()) / 1000);
    },
  });
  new Gauge({
    name: 'stillmotion_learnt_ceilings',
    help: 'Places that refused a file for its size, so that a lower limit is kept for them',
    registers,
    async collect() {
      this.set((await deliveries?.learntCeilings()) ?? 0);
    },
  });
  new Gauge({
    name: 'stillmotion_eta_promises',
    help: 'Clips that were told when they would be ready, by whether they were ready within that interval',
    labelNames: ['inside'],
    registers,
    async collect() {
      const { inside, total } = (await predictions?.calibration()) ?? { inside: 0, total: 0 };
      this.set({ inside: 'yes' }, inside);
      this.set({ inside: 'no' }, total - inside);
    },
  });
  return {
    request: (channel, outcome) => requests.inc({ channel, outcome }),
    job(engine, state, seconds) {
      finished.inc({ engine, state });
      if (seconds.wait !== null) wait.observe({ engine }, seconds.wait);
      if (seconds.render !== null) render.observe({ engine }, seconds.render);
    },
    delivery: (channel, outcome) => delivered.inc({ channel, outcome }),
    refund: (reason) => refunds.inc({ reason }),
    edit: (channel, outcome) => edits.inc({ channel, outcome }),
    text: () => registry.metrics(),
  };
};
