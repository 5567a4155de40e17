"""What is run per family: the pipeline, its arguments, the seed, the photo's size, the scheduler. Cases a and b differ in all of it; t has words alone; x and y work in pieces."""

FOX = 'a red fox running through deep snow, cinematic'
CAT = "A tabby CAT's tail sways   slowly, 4k photo"
BAD = 'worst quality, blurry, jpeg artifacts'
POOR = 'low quality, static'

KARRAS = {'_class_name': 'DPMSolverMultistepScheduler', 'use_karras_sigmas': True, 'algorithm_type': 'dpmsolver++'}
TRAILING = {'_class_name': 'EulerDiscreteScheduler', 'timestep_spacing': 'trailing', 'beta_schedule': 'linear'}
MULTISTEP = {'_class_name': 'DPMSolverMultistepScheduler'}


def case(pipeline, seed, image, scheduler=None, ip_adapter_scale=None, **kwargs):
    """One case. `image`: (width, height) of the photo in pixels, a list of such for several, or None. `scheduler`: what differs from the checkpoint's."""
    return {'pipeline': pipeline, 'seed': seed, 'image': image, 'scheduler': scheduler, 'ip_adapter_scale': ip_adapter_scale, 'kwargs': kwargs}


def size(width, height, num_frames, num_inference_steps):
    """The four arguments every pipeline takes."""
    return {'height': height, 'width': width, 'num_frames': num_frames, 'num_inference_steps': num_inference_steps}


def says(prompt, negative_prompt, guidance_scale):
    """The arguments of every pipeline that reads a prompt."""
    return {'prompt': prompt, 'negative_prompt': negative_prompt, 'guidance_scale': guidance_scale}


def tiles(height, stride_height, width, stride_width):
    """Arguments of `vae.enable_tiling`."""
    return {
        'enable_vae_tiling': True, 'tile_sample_min_height': height, 'tile_sample_stride_height': stride_height, 'tile_sample_min_width': width,
        'tile_sample_stride_width': stride_width,
    }


IMAGE_TILES = {'enable_vae_tiling': True, 'tile_sample_min_size': 32}

CASES = {
    'svd': {
        'a': case('StableVideoDiffusionPipeline', 42, (75, 50), **size(64, 48, 3, 4), min_guidance_scale=1.0, max_guidance_scale=3.0, fps=7, motion_bucket_id=127, noise_aug_strength=0.02, decode_chunk_size=2),
        'b': case('StableVideoDiffusionPipeline', 1234, (70, 90), **size(48, 64, 4, 3), min_guidance_scale=1.2, max_guidance_scale=2.5, fps=12, motion_bucket_id=60, noise_aug_strength=0.1, decode_chunk_size=4),
        'x': case('StableVideoDiffusionPipeline', 65, (75, 50), **size(80, 48, 3, 2), min_guidance_scale=1.0, max_guidance_scale=2.0, decode_chunk_size=2, **IMAGE_TILES),
    },
    'animatediff': {
        'a': case('AnimateDiffPipeline', 5, None, **size(48, 32, 4, 4), **says(FOX, BAD, 7.5)),
        'b': case('AnimateDiffPipeline', 77, None, KARRAS, **size(40, 48, 4, 5), **says(CAT, None, 5.5)),
    },
    'animatediff-sparsectrl': {
        'a': case('AnimateDiffSparseControlNetPipeline', 7, [(64, 64)], **size(64, 48, 3, 4), **says(FOX, BAD, 7.5), controlnet_conditioning_scale=1.0, controlnet_frame_indices=[0]),
        'b': case('AnimateDiffSparseControlNetPipeline', 99, [(75, 50), (45, 60)], KARRAS, **size(40, 48, 4, 5), **says(CAT, POOR, 6.0), controlnet_conditioning_scale=0.7, controlnet_frame_indices=[0, 3]),
    },
    'animatediff-ipadapter': {
        'a': case('AnimateDiffPipeline', 11, (90, 60), None, 0.8, **size(64, 48, 3, 4), **says(FOX, BAD, 7.5)),
        'b': case('AnimateDiffPipeline', 2024, (250, 270), TRAILING, 0.45, **size(40, 48, 4, 5), **says(CAT, POOR, 6.5)),
    },
    'i2vgen-xl': {
        'a': case('I2VGenXLPipeline', 8888, (80, 60), **size(64, 48, 3, 4), **says(FOX, BAD, 9.0), target_fps=16),
        'b': case('I2VGenXLPipeline', 17, (60, 110), **size(40, 48, 4, 6), **says(CAT, POOR, 6.0), target_fps=8),
        'x': case('I2VGenXLPipeline', 66, (80, 60), **size(72, 56, 2, 2), **says(CAT, POOR, 5.0), **IMAGE_TILES),
    },
    'modelscope-t2v': {
        'a': case('TextToVideoSDPipeline', 21, None, **size(48, 32, 4, 4), **says(FOX, BAD, 9.0)),
        'b': case('TextToVideoSDPipeline', 4321, None, MULTISTEP, **size(40, 48, 4, 5), **says(CAT, None, 7.0)),
    },
    'ltx': {
        'a': case('LTXImageToVideoPipeline', 31, (75, 50), **size(64, 32, 9, 4), **says(FOX, BAD, 3.0), frame_rate=25, max_sequence_length=32),
        'b': case('LTXImageToVideoPipeline', 611, (50, 85), **size(32, 64, 9, 5), **says(CAT, POOR, 4.5), frame_rate=16, max_sequence_length=40),
        't': case('LTXPipeline', 93, None, **size(32, 32, 9, 3), **says(CAT, BAD, 3.0), frame_rate=25, max_sequence_length=32),
        'x': case('LTXImageToVideoPipeline', 67, (75, 50), **size(96, 64, 9, 2), **says(FOX, BAD, 3.0), max_sequence_length=32, **tiles(64, 32, 64, 32)),
        'y': case('LTXPipeline', 68, None, **size(32, 32, 25, 2), **says(CAT, BAD, 3.0), max_sequence_length=32, use_framewise_decoding=True),
    },
    'ltx091': {
        'a': case('LTXImageToVideoPipeline', 32, (75, 50), **size(32, 64, 9, 3), **says(FOX, BAD, 3.0), max_sequence_length=32, decode_timestep=0.05, decode_noise_scale=0.025),
        'x': case('LTXPipeline', 72, None, **size(96, 32, 17, 2), **says(CAT, BAD, 3.0), max_sequence_length=32, decode_timestep=0.1, decode_noise_scale=0.05, use_framewise_decoding=True, tile_sample_min_num_frames=8, **tiles(64, 32, 64, 32)),
    },
    'ltx095': {
        'a': case('LTXImageToVideoPipeline', 33, (75, 50), **size(32, 32, 9, 4), **says(FOX, BAD, 3.0), frame_rate=25, max_sequence_length=32, decode_timestep=0.05, decode_noise_scale=0.025),
        'b': case('LTXImageToVideoPipeline', 812, (50, 85), **size(32, 64, 9, 5), **says(CAT, POOR, 4.0), frame_rate=30, max_sequence_length=40, decode_timestep=0.1, decode_noise_scale=0.05),
        'x': case('LTXPipeline', 69, None, **size(96, 32, 9, 2), **says(CAT, BAD, 3.0), max_sequence_length=32, decode_timestep=0.05, decode_noise_scale=0.025, **tiles(64, 32, 64, 32)),
    },
    'wan22-ti2v': {
        'a': case('WanImageToVideoPipeline', 41, (75, 50), **size(64, 32, 5, 4), **says(FOX, BAD, 5.0), max_sequence_length=32),
        'b': case('WanImageToVideoPipeline', 246, (50, 85), **size(32, 64, 9, 5), **says('Le caf\u00c3\u00a9 &amp;amp; a lake', POOR, 3.5), max_sequence_length=40),
        't': case('WanPipeline', 357, None, **size(64, 32, 5, 3), **says(CAT, POOR, 4.0), max_sequence_length=32),
        'x': case('WanImageToVideoPipeline', 70, (75, 50), **size(96, 64, 5, 2), **says(FOX, BAD, 4.0), max_sequence_length=32, **tiles(64, 32, 32, 16)),
    },
    'wan22-i2v': {
        'a': case('WanImageToVideoPipeline', 51, (75, 50), **size(64, 32, 5, 4), **says(FOX, BAD, 3.5), guidance_scale_2=3.0, max_sequence_length=32),
        'b': case('WanImageToVideoPipeline', 135, (50, 85), {'flow_shift': 5.0}, **size(32, 48, 9, 6), **says(CAT, POOR, 4.0), guidance_scale_2=2.5, max_sequence_length=40),
        'x': case('WanImageToVideoPipeline', 71, (75, 50), **size(64, 48, 5, 2), **says(FOX, BAD, 3.5), max_sequence_length=32, **tiles(32, 16, 40, 24)),
    },
}

# In half precision, torch against a bundle of --dtype fp16; the latents are no multiple of sixteen values, so that the noise is drawn in another order than in float32.
HALF = {'modelscope-t2v': case('TextToVideoSDPipeline', 73, None, **size(40, 24, 3, 3), **says(FOX, BAD, 6.0))}
