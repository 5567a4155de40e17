/** Measures and verdicts as text for a terminal. */
import { cameraText, type Question, questions, TARGET, type Verdict } from './judge.ts';
import type { Measures } from './measure.ts';

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

export const clipReport = (measures: Measures, verdicts: readonly Verdict[]): string => {
  const { clip, camera, firstFrame, seam, warpError, consistency, sharpness, jelly, ghosts, whole, regions, elsewhere } = measures;
  const parts = [...Object.entries(regions), ['whole picture', whole] as const, ...(elsewhere ? [['elsewhere', elsewhere] as const] : [])];
  const rows: [string, string][] = [
    ['clip', `${clip.widthPx}×${clip.heightPx}, ${clip.frameCount} frames, ${clip.fps} fps`],
    [
      'camera',
      `${cameraText(measures)}; ${percent(camera.agreement, 0)} of the corners agree; parallax ${percent(camera.parallax.x)}, ${percent(camera.parallax.y)}`,
    ],
    [
      'first frame',
      `${firstFrame.decibels.toFixed(1)} dB, ${firstFrame.whole ? 'the whole photo' : `a part of the photo (zoom ${firstFrame.view.zoom.toFixed(2)})`}`,
    ],
    ['loop seam', seam === null ? 'hardly moves' : `${seam.toFixed(2)} of the usual step`],
    ['warp error', `${warpError.toFixed(2)} of 255; temporal consistency ${consistency.toFixed(4)}`],
    ['sharpness', `${percent(sharpness.kept, 0)} of the photo's; worst tenth of the blocks ${percent(sharpness.worst, 0)}`],
    ['jelly', `9 of 10 edges bend less than ${jelly.usualPx.toFixed(2)} px, the worst ${jelly.worstPx.toFixed(2)} px (at 1280), ${jelly.edgeCount} edges`],
    ['ghosts', `${percent(ghosts.share)} of the blocks`],
    ...parts.map(([name, part]): [string, string] => {
      const degrees = (Math.atan2(part.drift[1], part.drift[0]) * 180) / Math.PI;
      const drift = `drifts ${percent(Math.hypot(...part.drift))} towards ${degrees.toFixed(0)}°`;
      return [
        name,
        `moves ${percent(part.moved)} of the diagonal${part.textured ? '' : ' (flat: from brightness)'}, ${drift}, light ±${(part.light / 2).toFixed(1)}`,
      ];
    }),
  ];
  return [
    ...rows.map(([name, text]) => `${name.padEnd(14)}${text}`),
    '',
    ...verdicts.map(({ question, passed, because }) => `${passed ? 'ok  ' : 'MISS'} ${question.padEnd(12)}${because}`),
  ].join('\n');
};

/** The issue's "Done when", question by question. */
const wanted: Readonly<Record<Question, { readonly rate: number; readonly what: string }>> = {
  camera: { rate: 0.95, what: 'camera axis and sign' },
  still: { rate: 1, what: 'camera still when only a thing is named' },
  moves: { rate: 0.9, what: `named region moves > ${percent(TARGET.moves, 1)} of the diagonal` },
  only: { rate: 0.9, what: `and only it (${TARGET.only} times any other)` },
  drift: { rate: 0.95, what: 'drift direction' },
  nothing: { rate: 1, what: 'nothing can move: small push-in or stillness' },
  seam: { rate: 1, what: `loop seam ≤ ${TARGET.seam}` },
  'first frame': { rate: 1, what: `first frame ≥ ${TARGET.firstFrameDecibels} dB, where it shows the whole photo` },
  'warp error': { rate: 1, what: `warp error ≤ ${TARGET.warpError.toFixed(1)}` },
  sharpness: { rate: 1, what: `sharpness ≥ ${percent(TARGET.sharpness, 0)} of the photo's` },
  jelly: { rate: 1, what: 'no straight edge bends' },
  ghosts: { rate: 1, what: `things seen twice in ≤ ${percent(TARGET.ghostShare, 0)} of the blocks` },
  alive: { rate: 1, what: 'not a still picture' },
};

export interface Rate {
  readonly what: string;
  readonly passed: number;
  readonly count: number;
  readonly target: number;
}

/** How often each question was answered well, in the order of the issue; questions that nobody asked are left out. */
export const passRates = (verdicts: readonly Verdict[]): readonly Rate[] =>
  questions.flatMap((question) => {
    const asked = verdicts.filter((one) => one.question === question);
    if (asked.length === 0) return [];
    return [{ what: wanted[question].what, passed: asked.filter(({ passed }) => passed).length, count: asked.length, target: wanted[question].rate }];
  });

export const rateTable = (rates: readonly Rate[]): string =>
  [
    `${'what'.padEnd(58)}${'passed'.padStart(9)}${'rate'.padStart(8)}${'target'.padStart(8)}`,
    ...rates.map(({ what, passed, count, target }) =>
      [
        what.padEnd(58),
        `${passed}/${count}`.padStart(9),
        percent(passed / count, 0).padStart(8),
        percent(target, 0).padStart(8),
        passed / count >= target ? '' : '  missed',
      ].join(''),
    ),
  ].join('\n');
