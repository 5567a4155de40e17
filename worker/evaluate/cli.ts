/** `npm run evaluate`: measures one clip against its photo, or makes and measures a whole list of them. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { discoverEngines } from '../../config/engines.ts';
import { loadConfig } from '../../config/index.ts';
import { asAppError, noteText } from '../../core/errors.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import { createPhotoInspector } from '../vision/photo.ts';
import { foreseeList } from './foresee.ts';
import { judge } from './judge.ts';
import { type Expectation, type Polygon, parseExpectation, parseList } from './list.ts';
import { measureClip } from './measure.ts';
import { clipReport } from './report.ts';
import { runList } from './run-list.ts';
import { writeSheet } from './sheet.ts';

const HELP = `Measures clips without any network.

  npm run evaluate -- clip.mp4 --photo photo.jpg [--prompt "words"] [--region "0.1,0.2 0.9,0.2 0.9,0.6"] [--expect JSON] [--loop] [--sheet sheet.png] [--json]
  npm run evaluate -- --list list.json --photos DIR [--engine motion] [--out DIR] [--only SUBSET] [--seeds N]
  npm run evaluate -- --list list.json --photos DIR --foresee [--only SUBSET]

  --photo FILE     The photo the clip was made from
  --prompt WORDS   What was asked for; written on the sheet
  --region XY...   A polygon of what should move, x,y as shares of the photo; may be given several times
  --expect JSON    What should happen, as "expect" in worker/evaluate/list.ts, for example '{"camera":{"pan":1}}'; regions: ["region"]
  --loop           The clip was asked to loop
  --sheet FILE     Where to write the contact sheet (PNG)
  --json           All measures as JSON instead of words
  --list FILE      Makes every clip of the list that is not there yet and measures all of them
  --photos DIR     Folder that the paths of the list start from
  --engine ID      The engine that makes them
  --out DIR        Where clips, sheets and results.json go; ./evaluation when not given
  --only SUBSET    camera, drift, moves, nothing, loop or intensity: shots that ask for it; any other word: shots whose id holds it
  --foresee        Makes no clip: says in seconds which named regions the engine motion will not move, from what it draws with
  --seeds N        Makes the first 3 "moves" shots with N seeds each and measures how much they differ (0: not at all)`;

const polygonOf = (text: string): Polygon => {
  const corners = text
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split(',').map(Number) as [number, number]);
  if (corners.length < 3 || corners.some((corner) => corner.length !== 2 || corner.some((value) => !(value >= 0 && value <= 1)))) {
    throw new Error(`--region wants three or more "x,y" between 0 and 1, not "${text}"`);
  }
  return corners;
};

/** @returns the exit code: 1 when a clip misses a target */
const run = async (argv: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{ photo: { type: 'string' }, prompt: { type: 'string' }, region: { type: 'string', multiple: true }, expect: { type: 'string' } },
      ...{ loop: { type: 'boolean' }, sheet: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      ...{ list: { type: 'string' }, photos: { type: 'string' }, engine: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' } },
      ...{ seeds: { type: 'string', default: '0' }, foresee: { type: 'boolean' } },
    },
  });
  const config = loadConfig();
  if (values.list) {
    if (!values.photos) throw new Error('--list needs --photos, the folder of its photos');
    const log = createLogger(config.logLevel);
    const manifests = await discoverEngines(config.modelsDir, log);
    const list = parseList(await readFile(values.list, 'utf8'));
    const engineId = values.engine ?? manifests[0]?.id ?? '';
    const options = { photosDir: values.photos, engineId, only: values.only, manifests, config, log, say: (text: string) => process.stdout.write(`${text}\n`) };
    if (values.foresee) await foreseeList(list, options);
    else await runList(list, { ...options, outDir: values.out ?? 'evaluation', seeds: Number(values.seeds) });
    return 0;
  }
  const [clipPath] = positionals;
  if (values.help || !clipPath || !values.photo) {
    process.stdout.write(`${HELP}\n`);
    return values.help ? 0 : 2;
  }
  const bytes = await readFile(values.photo);
  const size = await createPhotoInspector().inspect(bytes);
  const regions = values.region ? { region: values.region.map(polygonOf) } : {};
  const expect: Expectation = { ...(values.region ? { moves: ['region'] } : {}), ...(values.expect ? parseExpectation(values.expect) : {}) };
  const { measures, evidence } = await measureClip(clipPath, bytes, size, { regions, moves: expect.moves, ffmpegPath: config.ffmpegPath });
  const verdicts = judge(measures, expect, { loop: values.loop });
  if (values.json) process.stdout.write(`${JSON.stringify({ measures, verdicts }, null, 1)}\n`);
  else process.stdout.write(`${clipReport(measures, verdicts)}\n`);
  if (values.sheet) {
    await writeSheet(values.sheet, { photo: bytes, prompt: values.prompt ?? '', measures, verdicts, evidence }, config.ffmpegPath);
  }
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (thrown) {
  const error = asAppError(thrown);
  process.stderr.write(`${error.code === 'INTERNAL' && thrown instanceof Error ? thrown.message : noteText(error.toNote())}\n`);
  process.exitCode = 2;
}
