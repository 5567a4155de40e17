/** Which graphs each model family consists of, and the inputs by which one family's graphs are told from another's. */
import type { BundleManifest, Family } from './bundle-manifest.ts';

type Ports = Readonly<Record<string, readonly string[]>>;

const clip = { text_encoder: ['input_ids'] };
const decoder = { vae_decoder: ['latents'] };
const encoder = { vae_encoder: ['sample'] };
const imageEncoder = { image_encoder: ['pixel_values'] };
const unet = (...more: readonly string[]): Ports => ({ unet: ['sample', 'timestep', 'encoder_hidden_states', ...more] });

const families: Readonly<Record<Family, Ports>> = {
  svd: { ...imageEncoder, ...encoder, ...unet('added_time_ids'), ...decoder },
  animatediff: { ...clip, ...unet(), ...decoder },
  'animatediff-sparsectrl': {
    ...clip,
    ...unet('mid_block_additional_residual'),
    controlnet: ['sample', 'timestep', 'encoder_hidden_states', 'controlnet_cond', 'conditioning_mask', 'conditioning_scale'],
    ...decoder,
  },
  'animatediff-ipadapter': { ...clip, ...imageEncoder, ...unet('image_embeds', 'ip_scale'), ...decoder },
  'i2vgen-xl': { ...clip, ...imageEncoder, ...encoder, ...unet('fps', 'image_latents', 'image_embeddings'), ...decoder },
  'modelscope-t2v': { ...clip, ...unet(), ...decoder },
  ltx: {
    ...clip,
    ...encoder,
    transformer: ['hidden_states', 'encoder_hidden_states', 'timestep_rows', 'timestep_index', 'encoder_attention_mask', 'rope_grid'],
    ...decoder,
  },
  'wan22-ti2v': {
    text_encoder: ['input_ids', 'attention_mask'],
    ...encoder,
    transformer: ['hidden_states', 'encoder_hidden_states', 'timestep_rows', 'timestep_index'],
    vae_decoder_first: ['latents'],
    vae_decoder_next: ['latents'],
  },
  'wan22-i2v': {
    text_encoder: ['input_ids', 'attention_mask'],
    vae_encoder_first: ['sample'],
    vae_encoder_next: ['sample'],
    transformer: ['hidden_states', 'encoder_hidden_states', 'timestep'],
    transformer_2: ['hidden_states', 'encoder_hidden_states', 'timestep'],
    vae_decoder_first: ['latents'],
    vae_decoder_next: ['latents'],
  },
};

/** Families whose denoiser needs what another family's has not, so that one cannot pass for the other. */
const strangers: Partial<Readonly<Record<Family, readonly string[]>>> = {
  animatediff: ['image_embeds', 'mid_block_additional_residual', 'image_latents', 'added_time_ids'],
  'modelscope-t2v': ['image_embeds', 'mid_block_additional_residual', 'image_latents', 'added_time_ids'],
};

/** What a manifest lacks or has too much for the family it claims, in words; undefined when it fits. */
export const familyProblem = (manifest: BundleManifest): string | undefined => {
  const { family, components } = manifest;
  for (const [name, inputs] of Object.entries(families[family])) {
    const component = components[name];
    if (component === undefined) return `calls itself ${family}, but has no graph ${name}`;
    const got = component.inputs.map((port) => port.name);
    const lacking = inputs.find((input) => !got.includes(input));
    if (lacking !== undefined) return `calls itself ${family}, but its ${name} takes no ${lacking}`;
    const strange = name === 'unet' ? strangers[family]?.find((input) => got.includes(input)) : undefined;
    if (strange !== undefined) return `calls itself ${family}, but its ${name} takes ${strange}`;
  }
  if (families[family].text_encoder && manifest.text === undefined) return `calls itself ${family}, but says nothing about its text`;
  if (families[family].image_encoder && manifest.clipImage === undefined) return `calls itself ${family}, but says nothing about its image encoder`;
  return undefined;
};
