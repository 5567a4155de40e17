/** The published models that can be installed: where they come from, what they may be used for, how large they are. */
import type { Family } from '../worker/onnx/bundle-manifest.ts';
import type { ClipShape, PlannedModel } from '../worker/onnx/memory-plan.ts';

/** What is taken from one repository of the hub. */
export interface ModelPart {
  readonly repo: string;
  readonly revision: string;
  /** Files and folders of the repository by the folder of the checkpoint they go to; '' is the checkpoint itself. */
  readonly take: Readonly<Record<string, string>>;
}

export interface PublishedModel {
  /** What is typed, and the name of its folder. */
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** The repository that gives the model its name; bundles exported from it carry it as their source. */
  readonly repo: string;
  readonly parts: readonly ModelPart[];
  readonly licence: string;
  /** Whether the owner asks for consent before a download. Known in November 2026; the hub has the last word. */
  readonly gated: boolean;
  /**
   * Numbers in millions by graph. Counted, not estimated: from the diffusers and transformers classes with the published
   * configurations, built without weights (the bytes follow from the number format).
   */
  readonly parameters: Readonly<Record<string, number>>;
  /** What its authors make with it: the arguments' defaults of the reference pipeline. */
  readonly clip: ClipShape;
  /** JSON files that a checkpoint needs which is put together from several repositories. */
  readonly written?: Readonly<Record<string, unknown>>;
}

/** Whole components of a diffusers repository, each into a folder of its own name. */
const components = (...folders: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(folders.map((folder) => [folder, folder]));
const whole = (repo: string, ...folders: readonly string[]): ModelPart => ({
  repo,
  revision: 'main',
  take: { 'model_index.json': '', ...components('scheduler', 'vae', ...folders) },
});

const clipText = 123.1;
const clipVision = 632.1;
const openClipText = 353.0;
const t5 = 4762.3;
const umt5 = 5680.9;
const imageVae = 83.7;
const wanVae = 126.9;
const animateDiffUnet = 859.5 + 453.2;

const stableDiffusion: ModelPart = {
  repo: 'stable-diffusion-v1-5/stable-diffusion-v1-5',
  revision: 'main',
  take: components('text_encoder', 'tokenizer', 'unet', 'vae', 'feature_extractor'),
};
const motionAdapter: ModelPart = {
  repo: 'guoyww/animatediff-motion-adapter-v1-5-3',
  revision: 'main',
  take: {
    'config.json': 'motion_adapter',
    'diffusion_pytorch_model.safetensors': 'motion_adapter',
    'diffusion_pytorch_model.fp16.safetensors': 'motion_adapter',
  },
};
/** As the motion modules were trained: on the linear schedule, not on Stable Diffusion's. */
const animateDiffScheduler = {
  _class_name: 'DDIMScheduler',
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'linear',
  clip_sample: false,
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  set_alpha_to_one: false,
  steps_offset: 1,
  timestep_spacing: 'linspace',
};
const animateDiffIndex = {
  feature_extractor: ['transformers', 'CLIPImageProcessor'],
  motion_adapter: ['diffusers', 'MotionAdapter'],
  scheduler: ['diffusers', 'DDIMScheduler'],
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  unet: ['diffusers', 'UNet2DConditionModel'],
  vae: ['diffusers', 'AutoencoderKL'],
} as const;
const animateDiffFiles = (pipeline: string, more: Readonly<Record<string, readonly string[]>> = {}): Readonly<Record<string, unknown>> => ({
  'model_index.json': { _class_name: pipeline, ...animateDiffIndex, ...more },
  'scheduler/scheduler_config.json': animateDiffScheduler,
});
const animateDiffLicence = 'CreativeML Open RAIL-M (Stable Diffusion 1.5); AnimateDiff: Apache-2.0';

const stableVideo = (id: string, repo: string, title: string, frameCount: number): PublishedModel => ({
  id,
  title,
  family: 'svd',
  repo,
  parts: [whole(repo, 'unet', 'image_encoder', 'feature_extractor')],
  licence: 'Stability AI Community License (https://stability.ai/license)',
  gated: true,
  parameters: { unet: 1524.6, image_encoder: clipVision, vae: 97.7 },
  clip: { widthPx: 1024, heightPx: 576, frameCount },
});

const ltx = (id: string, repo: string, title: string, vae: number): PublishedModel => ({
  id,
  title,
  family: 'ltx',
  repo,
  parts: [whole(repo, 'transformer', 'text_encoder', 'tokenizer')],
  licence: `LTX-Video Open Weights License (https://huggingface.co/${repo})`,
  gated: false,
  parameters: { transformer: 1923.4, text_encoder: t5, vae },
  clip: { widthPx: 704, heightPx: 480, frameCount: 161 },
});

export const publishedModels: readonly PublishedModel[] = [
  stableVideo('svd', 'stabilityai/stable-video-diffusion-img2vid', 'Stable Video Diffusion', 14),
  stableVideo('svd-xt', 'stabilityai/stable-video-diffusion-img2vid-xt', 'Stable Video Diffusion XT', 25),
  {
    id: 'animatediff',
    title: 'AnimateDiff',
    family: 'animatediff',
    repo: 'guoyww/animatediff-motion-adapter-v1-5-3',
    parts: [stableDiffusion, motionAdapter],
    licence: animateDiffLicence,
    gated: false,
    parameters: { unet: animateDiffUnet, text_encoder: clipText, vae: imageVae },
    clip: { widthPx: 512, heightPx: 512, frameCount: 16 },
    written: animateDiffFiles('AnimateDiffPipeline'),
  },
  {
    id: 'animatediff-photo',
    title: 'AnimateDiff SparseCtrl',
    family: 'animatediff-sparsectrl',
    repo: 'guoyww/animatediff-sparsectrl-rgb',
    parts: [
      stableDiffusion,
      motionAdapter,
      {
        repo: 'guoyww/animatediff-sparsectrl-rgb',
        revision: 'main',
        take: { 'config.json': 'controlnet', 'diffusion_pytorch_model.safetensors': 'controlnet', 'diffusion_pytorch_model.fp16.safetensors': 'controlnet' },
      },
    ],
    licence: animateDiffLicence,
    gated: false,
    parameters: { unet: animateDiffUnet, controlnet: 496.7, text_encoder: clipText, vae: imageVae },
    clip: { widthPx: 512, heightPx: 512, frameCount: 16 },
    written: animateDiffFiles('AnimateDiffSparseControlNetPipeline', { controlnet: ['diffusers', 'SparseControlNetModel'] }),
  },
  {
    id: 'animatediff-ip',
    title: 'AnimateDiff IP-Adapter',
    family: 'animatediff-ipadapter',
    repo: 'h94/IP-Adapter',
    parts: [
      stableDiffusion,
      motionAdapter,
      {
        repo: 'h94/IP-Adapter',
        revision: 'main',
        take: { 'models/ip-adapter_sd15.safetensors': 'ip_adapter', 'models/image_encoder': 'image_encoder' },
      },
    ],
    licence: `${animateDiffLicence}; IP-Adapter: Apache-2.0`,
    gated: false,
    parameters: { unet: animateDiffUnet, image_encoder: clipVision, text_encoder: clipText, vae: imageVae },
    clip: { widthPx: 512, heightPx: 512, frameCount: 16 },
    written: animateDiffFiles('AnimateDiffPipeline', { image_encoder: ['transformers', 'CLIPVisionModelWithProjection'] }),
  },
  {
    id: 'i2vgen-xl',
    title: 'I2VGen-XL',
    family: 'i2vgen-xl',
    repo: 'ali-vilab/i2vgen-xl',
    parts: [whole('ali-vilab/i2vgen-xl', 'unet', 'image_encoder', 'feature_extractor', 'text_encoder', 'tokenizer')],
    licence: 'MIT',
    gated: false,
    parameters: { unet: 1420.5, image_encoder: clipVision, text_encoder: openClipText, vae: imageVae },
    clip: { widthPx: 1280, heightPx: 704, frameCount: 16 },
  },
  {
    id: 'text-to-video',
    title: 'ModelScope Text-to-Video',
    family: 'modelscope-t2v',
    repo: 'ali-vilab/text-to-video-ms-1.7b',
    parts: [whole('ali-vilab/text-to-video-ms-1.7b', 'unet', 'text_encoder', 'tokenizer')],
    licence: 'CC BY-NC 4.0 (no commercial use)',
    gated: false,
    parameters: { unet: 1411.2, text_encoder: openClipText, vae: imageVae },
    clip: { widthPx: 256, heightPx: 256, frameCount: 16 },
  },
  ltx('ltx', 'Lightricks/LTX-Video', 'LTX-Video 0.9', 419.2),
  ltx('ltx-095', 'Lightricks/LTX-Video-0.9.5', 'LTX-Video 0.9.5', 1246.9),
  {
    id: 'wan-5b',
    title: 'Wan 2.2 TI2V 5B',
    family: 'wan22-ti2v',
    repo: 'Wan-AI/Wan2.2-TI2V-5B-Diffusers',
    parts: [whole('Wan-AI/Wan2.2-TI2V-5B-Diffusers', 'transformer', 'text_encoder', 'tokenizer')],
    licence: 'Apache-2.0',
    gated: false,
    parameters: { transformer: 4999.8, text_encoder: umt5, vae: 704.7 },
    clip: { widthPx: 1280, heightPx: 704, frameCount: 121 },
  },
  {
    id: 'wan-14b',
    title: 'Wan 2.2 I2V A14B',
    family: 'wan22-i2v',
    repo: 'Wan-AI/Wan2.2-I2V-A14B-Diffusers',
    parts: [whole('Wan-AI/Wan2.2-I2V-A14B-Diffusers', 'transformer', 'transformer_2', 'text_encoder', 'tokenizer')],
    licence: 'Apache-2.0',
    gated: false,
    parameters: { transformer: 14288.9, transformer_2: 14288.9, text_encoder: umt5, vae: wanVae },
    clip: { widthPx: 832, heightPx: 480, frameCount: 81 },
  },
];

/** How many pixels and frames one latent stands for, and how many latents one token. */
const grids: Partial<Readonly<Record<Family, readonly [spatialScale: number, temporalScale: number, patchPx: number]>>> = {
  ltx: [32, 8, 1],
  'wan22-ti2v': [16, 4, 2],
  'wan22-i2v': [8, 4, 2],
};

/** A model as the memory plan sees it, exported in half precision with fused attention. */
export const plannedModel = ({ family, parameters }: PublishedModel): PlannedModel => {
  const [spatialScale, temporalScale, patchPx] = grids[family] ?? [8, 1, 1];
  const graph = (millions: number) => ({ bytes: millions * 2e6, dtype: 'fp16' as const, attention: 'mha' as const, externalData: [] });
  return {
    family,
    components: Object.fromEntries(Object.entries(parameters).map(([name, millions]) => [name === 'vae' ? 'vae_decoder' : name, graph(millions)])),
    vae: { spatialScale, temporalScale, chunkMixesFrames: family === 'svd' },
    denoiser: { patch: [1, patchPx, patchPx] },
  };
};
