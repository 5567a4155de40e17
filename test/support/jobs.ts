/** Sample drafts and a clock that tests can move. */
import type { Clock } from '../../core/clock.ts';
import type { JobDraft } from '../../core/store.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export const fakeClock = (startMs = Date.UTC(2026, 10, 21, 12)): FakeClock => {
  let now = startMs;
  return { nowMs: () => now, advance: (ms) => void (now += ms) };
};

let count = 0;

/** A draft that differs from every other one in its id and request key. */
export const sampleDraft = (user = 'web:local', place = 'web:local', change: Partial<JobDraft> = {}): JobDraft => {
  count += 1;
  const id = `job${String(count).padStart(13, '0')}`;
  return {
    id,
    requestKey: `test:${id}`,
    origin: { channel: 'web', place, room: '', user, userName: 'Ada', locale: 'en' },
    address: {},
    request: {
      engine: 'motion',
      prompt: 'waves',
      negativePrompt: '',
      seconds: 1,
      fps: 12,
      frameCount: 12,
      seed: 7,
      steps: 4,
      guidance: 2,
      motion: 1,
      widthPx: 64,
      heightPx: 64,
      loop: false,
      format: 'mp4',
    },
    photo: { sha256: 'a'.repeat(64), type: 'image/png', bytes: 10, widthPx: 64, heightPx: 64 },
    parentId: null,
    maxClipBytes: 1_000_000,
    ...change,
  };
};
