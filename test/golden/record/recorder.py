"""Watches a diffusers pipeline at work: every random draw, every network's inputs and outputs, every scheduler step, the raw video."""

import inspect
from contextlib import contextmanager

import torch

NETWORKS = ('text_encoder', 'image_encoder', 'controlnet', 'unet', 'transformer', 'transformer_2')


def flatten(prefix: str, value):
    """Yields (key, tensor) for the tensors inside nested tuples, lists, dicts and model outputs."""
    if isinstance(value, torch.Tensor):
        yield prefix, value
    elif hasattr(value, 'items'):
        for key, item in value.items():
            yield from flatten(f'{prefix}.{key}', item)
    elif isinstance(value, (tuple, list)):
        for index, item in enumerate(value):
            yield from flatten(f'{prefix}.{index}', item)


class Recorder:
    """`tensors` holds what was seen, in order; keys are those of shared/parity.md, section 1."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.tensors: dict[str, torch.Tensor] = {}
        self.counts: dict[str, int] = {}

    def _next(self, name: str) -> int:
        self.counts[name] = self.counts.get(name, -1) + 1
        return self.counts[name]

    def _keep(self, key: str, value: torch.Tensor) -> None:
        self.tensors[key] = value.detach().clone().contiguous()

    def _network(self, name: str, forward):
        names = list(inspect.signature(forward).parameters)

        def watched(*args, **kwargs):
            call = self._next(name)
            for key, value in {**dict(zip(names, args, strict=False)), **kwargs}.items():
                for path, tensor in flatten(f'{name}/{call}/in/{key}', value):
                    self._keep(path, tensor)
            out = forward(*args, **kwargs)
            for path, tensor in flatten(f'{name}/{call}/out', out):
                self._keep(path, tensor)
            return out

        return watched

    def _encode(self, encode):
        def watched(x, *args, **kwargs):
            call = self._next('vae_encode')
            self._keep(f'vae_encode/{call}/in/x', x)
            out = encode(x, *args, **kwargs)
            self._keep(f'vae_encode/{call}/out/moments', out.latent_dist.parameters)
            return out

        return watched

    def _decode(self, decode):
        def watched(z, *args, **kwargs):
            call = self._next('vae_decode')
            self._keep(f'vae_decode/{call}/in/z', z)
            for index, value in enumerate(args):
                for path, tensor in flatten(f'vae_decode/{call}/in/arg{index}', value):
                    self._keep(path, tensor)
            out = decode(z, *args, **kwargs)
            self._keep(f'vae_decode/{call}/out/sample', out[0] if isinstance(out, tuple) else out.sample)
            return out

        return watched

    def _step(self, step):
        def watched(model_output, timestep, sample, *args, **kwargs):
            call = self._next('sched')
            for key, value in (('model_output', model_output), ('t', timestep), ('sample', sample)):
                self._keep(f'sched/{call}/in/{key}', torch.as_tensor(value))
            out = step(model_output, timestep, sample, *args, **kwargs)
            self._keep(f'sched/{call}/out/prev_sample', out[0] if isinstance(out, tuple) else out.prev_sample)
            return out

        return watched

    def _randn(self, randn):
        def watched(*args, generator=None, **kwargs):
            drawn = randn(*args, generator=generator, **kwargs)
            self._keep(f'randn/{self._next("randn")}/{"global" if generator is None else "generator"}', drawn)
            return drawn

        return watched

    def _video(self, postprocess):
        def watched(video, *args, **kwargs):
            self._keep('video_raw', video)
            return postprocess(video, *args, **kwargs)

        return watched

    @contextmanager
    def watching(self):
        """While it holds, the pipeline is recorded; afterwards it is as before."""
        pipeline = self.pipeline
        watched = [(getattr(pipeline, name), 'forward', self._network(name, getattr(pipeline, name).forward)) for name in NETWORKS if getattr(pipeline, name, None) is not None]
        watched += [
            (pipeline.vae, 'encode', self._encode(pipeline.vae.encode)), (pipeline.vae, 'decode', self._decode(pipeline.vae.decode)),
            (pipeline.scheduler, 'step', self._step(pipeline.scheduler.step)),
            (pipeline.video_processor, 'postprocess_video', self._video(pipeline.video_processor.postprocess_video)),
        ]
        randn = torch.randn
        for owner, name, replacement in watched:
            owner.__dict__[name] = replacement
        torch.randn = self._randn(randn)
        try:
            yield
        finally:
            torch.randn = randn
            for owner, name, _ in watched:
                del owner.__dict__[name]
        self._keep('sched/timesteps', pipeline.scheduler.timesteps)
        if getattr(pipeline.scheduler, 'sigmas', None) is not None:
            self._keep('sched/sigmas', torch.as_tensor(pipeline.scheduler.sigmas))
