/** The number format in which the reference draws noise: that of the network it is for, because half precision draws other numbers. */
import type { BundleManifest } from '../onnx/bundle-manifest.ts';

const types = { fp32: 'float32', fp16: 'float16', bf16: 'bfloat16' } as const;

/**
 * @param component whose weights' format the reference's noise has
 * @source diffusers: `dtype=prompt_embeds.dtype`, `dtype=image_embeddings.dtype` and `dtype=self.parameters.dtype` where noise is drawn
 */
export const noiseType = ({ components }: Pick<BundleManifest, 'components'>, component: string): (typeof types)[keyof typeof types] =>
  types[components[component]?.dtype ?? 'fp32'];
