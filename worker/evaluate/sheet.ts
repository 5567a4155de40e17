/** Contact sheets: what a person needs to see of a clip on one picture, and of a whole list on another. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { findFfmpeg, runFfmpeg } from '../media/ffmpeg.ts';
import { decodePhoto } from '../vision/photo.ts';
import { type Raster, resample } from '../vision/resample.ts';
import type { Verdict } from './judge.ts';
import type { Polygon } from './list.ts';
import type { Evidence, Measures } from './measure.ts';

type Colour = readonly [number, number, number];

const WHITE: Colour = [255, 255, 255];
const RED: Colour = [255, 40, 40];
const PINK: Colour = [255, 80, 255];
const TILE_PX = 400;
const GAP_PX = 6;
const LINE_PX = 22;
/** This share of the diagonal is painted in the brightest colour. */
const HOTTEST = 0.015;

export interface Page {
  readonly photo: Uint8Array;
  readonly prompt: string;
  readonly measures: Measures;
  readonly verdicts: readonly Verdict[];
  readonly evidence: Evidence;
}

const canvasOf = (widthPx: number, heightPx: number): Raster => ({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(24) });

const paste = (canvas: Raster, tile: Raster, left: number, top: number): void => {
  for (let y = 0; y < Math.min(tile.heightPx, canvas.heightPx - top); y++) {
    canvas.rgb.set(tile.rgb.subarray(y * tile.widthPx * 3, (y + 1) * tile.widthPx * 3), ((top + y) * canvas.widthPx + left) * 3);
  }
};

const fitted = (picture: Raster, widthPx: number, heightPx: number): Raster =>
  resample(picture, { x: 0, y: 0, width: picture.widthPx, height: picture.heightPx }, widthPx, heightPx, 'triangle');

/** A line two pixels wide between places in 0..1. */
const stroke = ({ widthPx, heightPx, rgb }: Raster, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], colour: Colour): void => {
  const steps = Math.ceil(Math.max(Math.abs(x1 - x0) * widthPx, Math.abs(y1 - y0) * heightPx, 1));
  for (let i = 0; i <= steps; i++) {
    const x = Math.round((x0 + ((x1 - x0) * i) / steps) * widthPx);
    const y = Math.round((y0 + ((y1 - y0) * i) / steps) * heightPx);
    for (const [px, py] of [
      [x, y],
      [x + 1, y],
      [x, y + 1],
    ] as const) {
      if (px >= 0 && py >= 0 && px < widthPx && py < heightPx) rgb.set(colour, (py * widthPx + px) * 3);
    }
  }
};

const outline = (tile: Raster, polygon: Polygon, colour: Colour): void => {
  for (const [i, corner] of polygon.entries()) stroke(tile, corner, polygon[(i + 1) % polygon.length] as [number, number], colour);
};

/** Black, blue, red, yellow, white for 0 to 1. */
const heat = (share: number): Colour => {
  const t = Math.min(1, Math.max(0, share));
  return [
    255 * Math.min(1, Math.max(0, 2.4 * t - 0.5)),
    255 * Math.min(1, Math.max(0, 2.5 * t - 1.3)),
    255 * Math.max(0, Math.min(2 * t, 1.2 - 2.4 * t, 1), 5 * t - 4),
  ];
};

/** Where things moved over a dimmed frame 0; outlines of what should have moved, bent edges in red, things seen twice in pink. */
const heatTile = ({ frames, maps, outlines }: Evidence, { jelly, ghosts }: Measures, widthPx: number, heightPx: number): Raster => {
  const [first] = frames.small;
  const rgb = new Uint8Array(maps.width * maps.height * 3);
  for (let at = 0; at < maps.peak.length; at++) {
    const back = 0.3 * (first?.data[at] as number);
    const hot = maps.textured[at] ? heat((maps.peak[at] as number) / HOTTEST) : ([0, 0, 0] as const);
    for (let c = 0; c < 3; c++) rgb[at * 3 + c] = Math.min(255, back + (hot[c] as number));
  }
  const tile = fitted({ widthPx: maps.width, heightPx: maps.height, rgb }, widthPx, heightPx);
  for (const polygon of outlines) outline(tile, polygon, WHITE);
  for (const { x, y, width, height } of ghosts.blocks) {
    const corners: Polygon = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ];
    outline(tile, corners, PINK);
  }
  for (const { x0, y0, x1, y1 } of jelly.bent) stroke(tile, [x0, y0], [x1, y1], RED);
  return tile;
};

/** Tile sizes that keep the clip's shape inside a square. */
const tileSize = ({ widthPx, heightPx }: Measures['clip'], sidePx: number): { widthPx: number; heightPx: number } => {
  const factor = sidePx / Math.max(widthPx, heightPx);
  return { widthPx: Math.round(widthPx * factor), heightPx: Math.round(heightPx * factor) };
};

const captionOf = ({ prompt, verdicts }: Page): readonly string[] => [
  `“${prompt}”`,
  ...verdicts.map(({ question, passed, because }) => `${passed ? '✓' : '✗ MISS'} ${question}: ${because}`.slice(0, 150)),
];

/** Photo, frames and the map of motion in three columns, the verdicts below. @param path where the PNG goes */
export const writeSheet = async (path: string, page: Page, ffmpegPath?: string | null): Promise<void> => {
  const { evidence, measures } = page;
  const { stills } = evidence.frames;
  const size = tileSize(measures.clip, TILE_PX);
  const photo = await decodePhoto(page.photo, size);
  const pictures = [
    photo,
    ...stills.slice(0, 7).map(({ picture }) => fitted(picture, size.widthPx, size.heightPx)),
    heatTile(evidence, measures, size.widthPx, size.heightPx),
  ];
  const columns = 3;
  const rows = Math.ceil(pictures.length / columns);
  const caption = captionOf(page);
  const tilesHeight = rows * (size.heightPx + GAP_PX);
  const canvas = canvasOf(Math.max(columns * (size.widthPx + GAP_PX), 900), tilesHeight + LINE_PX * (caption.length + 1));
  for (const [i, picture] of pictures.entries()) {
    paste(canvas, picture, (i % columns) * (size.widthPx + GAP_PX), Math.floor(i / columns) * (size.heightPx + GAP_PX));
  }
  await writePicture(path, canvas, [{ x: 10, y: tilesHeight + 8, lines: caption, sizePx: 15 }], ffmpegPath);
};

/** One shot on the overview. */
export interface Thumb {
  readonly title: string;
  readonly passed: boolean;
  readonly missed: readonly string[];
  /** A frame from the clip and its map of motion, both of the width `THUMB_PX`. */
  readonly frame: Raster;
  readonly map: Raster;
}

const THUMB_PX = 240;
const THUMB_HEIGHT_PX = 180;

/** What the overview keeps of a clip that was measured. */
export const thumbOf = ({ measures, verdicts, evidence }: Page, title: string): Thumb => {
  const { widthPx, heightPx } = tileSize(measures.clip, measures.clip.widthPx >= measures.clip.heightPx ? THUMB_PX : THUMB_HEIGHT_PX);
  const { stills } = evidence.frames;
  const frame = fitted((stills[Math.floor(stills.length / 2)] ?? (stills[0] as (typeof stills)[number])).picture, widthPx, heightPx);
  const missed = verdicts.filter(({ passed }) => !passed).map(({ question }) => question);
  return { title, passed: missed.length === 0, missed, frame, map: heatTile(evidence, measures, widthPx, heightPx) };
};

/** All shots, three to a row: a frame, the map of motion, what was missed. @param path where the PNG goes */
export const writeOverview = async (path: string, thumbs: readonly Thumb[], ffmpegPath?: string | null): Promise<void> => {
  const columns = 3;
  const cellWidth = 2 * THUMB_PX + 4 * GAP_PX;
  const cellHeight = THUMB_HEIGHT_PX + 2 * LINE_PX;
  const rows = Math.ceil(thumbs.length / columns);
  const canvas = canvasOf(columns * cellWidth, Math.max(1, rows) * cellHeight);
  const texts = thumbs.map(({ title, passed, missed, frame, map }, i): Text => {
    const [left, top] = [(i % columns) * cellWidth, Math.floor(i / columns) * cellHeight];
    paste(canvas, frame, left, top + 2 * LINE_PX - 4);
    paste(canvas, map, left + THUMB_PX + GAP_PX, top + 2 * LINE_PX - 4);
    return { x: left + 4, y: top + 3, lines: [title.slice(0, 62), passed ? '✓' : `✗ ${missed.join(', ')}`], sizePx: 13 };
  });
  await writePicture(path, canvas, texts, ffmpegPath);
};

interface Text {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
  readonly sizePx: number;
}

/** A font that has the letters; where it is missing fontconfig takes the nearest. By language alone ffmpeg's `drawtext` does not choose. */
const fontFor = (text: string): string => (/[\u3040-\u9fff]/.test(text) ? 'Noto Sans CJK JP' : 'Sans');

/** PNG by ffmpeg, the words drawn by its own filter; a build without that filter still writes the picture. */
const writePicture = async (path: string, { widthPx, heightPx, rgb }: Raster, texts: readonly Text[], ffmpegPath?: string | null): Promise<void> => {
  const ffmpeg = await findFfmpeg(ffmpegPath);
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-sheet-'));
  const write = (filters: readonly string[]): Promise<void> =>
    runFfmpeg(ffmpeg, {
      inputs: [
        { source: Readable.from([rgb], { objectMode: false }), options: ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${widthPx}x${heightPx}`] },
      ],
      outputs: [
        { path, options: [...(filters.length > 0 ? ['-vf', filters.join(',')] : []), '-frames:v', '1', '-c:v', 'png', '-update', '1', '-f', 'image2'] },
      ],
    });
  try {
    const filters: string[] = [];
    for (const [i, { x, y, lines, sizePx }] of texts.entries()) {
      for (const [k, line] of lines.entries()) {
        const file = join(directory, `${i}-${k}.txt`);
        await writeFile(file, line || ' ');
        const colour = line.startsWith('✗') ? '0xff7060' : 'white';
        filters.push(
          `drawtext=textfile=${file}:expansion=none:font='${fontFor(line)}':fontsize=${sizePx}:fontcolor=${colour}:x=${x}:y=${y + k * Math.round(1.35 * sizePx)}`,
        );
      }
    }
    await write(filters).catch(() => write([]));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
