/** Asked before a clip is begun: does it fit into the memory that is free now, and how are the graphs to be kept? */
import type { BundleManifest } from './bundle-manifest.ts';
import type { Components } from './components.ts';
import { type ClipShape, type Device, type MemoryPlan, planMemory } from './memory-plan.ts';
import { findGpu } from './providers.ts';

/** What is free: the machine's or the container's memory, or the graphics card's; null where that cannot be known. */
export interface FreeMemory {
  readonly device: Device;
  readonly bytes: number;
}

/** @param providers of the sessions, best first */
export const freeMemory = async (providers: readonly string[]): Promise<FreeMemory | null> => {
  const best = providers[0] ?? 'cpu';
  if (best === 'cpu') return { device: 'cpu', bytes: process.availableMemory() };
  const gpu = await findGpu();
  return gpu && { device: 'gpu', bytes: gpu.freeBytes };
};

/** What this bundle's open graphs hold already, which is no reason to refuse a clip. */
const heldBytes = (manifest: BundleManifest, components: Components, device: Device): number =>
  device === 'cpu'
    ? process.memoryUsage.rss()
    : components.openNames().reduce((sum, name) => {
        const component = manifest.components[name];
        return component === undefined ? sum : component.externalData.reduce((all, file) => all + file.bytes, sum + component.bytes);
      }, 0);

/**
 * Plans the memory of one clip and tells the graphs to stay open or not.
 * @param free as `freeMemory` found it
 * @returns null where the free memory is unknown: nothing is refused then
 * @throws EngineError NOT_ENOUGH_MEMORY
 */
export const fitClip = (title: string, manifest: BundleManifest, components: Components, shape: ClipShape, free: FreeMemory | null): MemoryPlan | null => {
  if (free === null) return null;
  const plan = planMemory(title, manifest, shape, free.device, free.bytes + heldBytes(manifest, components, free.device));
  components.keep(plan.mode);
  return plan;
};
