/** The doctor's look at what models need: the graphics card with its libraries, and whether each installed model fits into memory. */
import { AppError, noteText } from '../core/errors.ts';
import { broken, type Finding, ok } from './finding.ts';
import type { BundleManifest } from './onnx/bundle-manifest.ts';
import type { FreeMemory } from './onnx/memory-gate.ts';
import { type ClipShape, leastMemory, planMemory } from './onnx/memory-plan.ts';
import { chooseProviders, type Machine } from './onnx/providers.ts';

/** Whether models run where they were meant to, and on a graphics card where there is one. */
export const checkProviders = (wanted: readonly string[], machine: Machine): Finding => {
  const { providers, reasons } = chooseProviders(wanted, machine);
  const text = `models: ${reasons.join('; ')}`;
  const refused = wanted.filter((name) => name !== 'auto' && !providers.includes(name));
  if (refused.length > 0) return broken(text, `Do what is said there about ${refused.join(', ')}, or take it out of EXECUTION_PROVIDERS.`);
  const isWasted = machine.gpu !== null && wanted.includes('auto') && !providers.includes('cuda');
  return isWasted ? broken(text, `${machine.gpu?.name} is not used. Do what is said there about CUDA, or set EXECUTION_PROVIDERS=cpu.`) : ok(text);
};

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The usual clip of a bundle. */
export const usualClip = ({ sizes }: Pick<BundleManifest, 'sizes'>): ClipShape => {
  const { sidePx, maxPixels, frames } = sizes;
  return { widthPx: sidePx.default, heightPx: Math.min(sidePx.default, Math.floor(maxPixels / sidePx.default)), frameCount: frames.default };
};

/** What a clip of the usual size needs, and whether it is there. @param free null when it cannot be known */
export const memoryVerdict = (title: string, bundle: BundleManifest, free: FreeMemory | null): { readonly fits: boolean; readonly text: string } => {
  const clip = usualClip(bundle);
  const what = `${clip.widthPx}×${clip.heightPx}, ${clip.frameCount} frames`;
  if (free === null) return { fits: true, text: `needs at least ${gb(leastMemory(bundle, clip, 'gpu'))} for ${what} (estimated)` };
  try {
    const plan = planMemory(title, bundle, clip, free.device, free.bytes);
    const how = [plan.mode === 'sequential' && 'one graph at a time', (plan.tiles.space || plan.tiles.time) && 'drawn in overlapping pieces'].filter(Boolean);
    return { fits: true, text: `${gb(plan.needBytes)} for ${what} (estimated): ${['fits', ...how].join(', ')}` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { fits: false, text: noteText(error.toNote()) };
  }
};
