"""Sizes and defaults of a manifest: the reference pipeline's own where the checkpoint is a real one, small ones where it is tiny."""


def grid(least: int, most: int, step: int, default: int) -> dict:
    """One axis of the manifest's `sizes`, with the default on the grid."""
    chosen = least + round((min(max(default, least), most) - least) / step) * step
    return {'min': least, 'max': most, 'step': step, 'default': chosen}


def is_tiny(block_out_channels) -> bool:
    """Whether a denoiser is a test's: the narrowest trained one has 320 channels in its first block, the narrowest transformer 1024."""
    return max(block_out_channels) < 320
