/** The stores of one database, together. */
import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { createChoreStore } from './chore-store.ts';
import type { Database } from './database.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { createInboxStore } from './inbox-store.ts';
import { createJobStore } from './job-store.ts';
import { createLedgerStore } from './ledger-store.ts';
import { createPlaceStore } from './place-store.ts';
import { createPredictionStore } from './prediction-store.ts';
import { createRetentionStore } from './retention-store.ts';
import { createWorkerStore } from './worker-store.ts';

export const createStore = (database: Database, clock: Clock): Store => ({
  jobs: createJobStore(database, clock),
  predictions: createPredictionStore(database),
  ledger: createLedgerStore(database, clock),
  places: createPlaceStore(database, clock),
  deliveries: createDeliveryStore(database, clock),
  inbox: createInboxStore(database, clock),
  workers: createWorkerStore(database, clock),
  chores: createChoreStore(database, clock),
  retention: createRetentionStore(database, clock),
  close: () => database.close(),
});
