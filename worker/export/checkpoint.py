"""A checkpoint folder in diffusers' layout: its configs, its weights one component at a time, and words for what is wrong with it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

# The heavy libraries are imported where they are needed, so that a refusal takes no time.
if TYPE_CHECKING:
    import torch

LIMIT_JSON_BYTES = 64 * 1024 * 1024


class Refusal(Exception):
    """Something the person can mend: the message says what and how."""


class Checkpoint:
    """Reads a diffusers folder. Nothing in it is executed: weights come from safetensors only, code never."""

    def __init__(self, path: Path):
        self.path = path
        if not path.is_dir():
            raise Refusal(f'{path} is not a folder. Give the folder of a diffusers checkpoint, the one that holds model_index.json.')
        if not (path / 'model_index.json').is_file():
            hint = ' Single-file checkpoints must be converted first (diffusers: from_single_file, then save_pretrained).' if list(path.glob('*.safetensors')) else ''
            raise Refusal(f'{path} is not a diffusers checkpoint: it holds no model_index.json.{hint}')
        self.index = self._json('model_index.json')
        self.class_name: str = self.index.get('_class_name', '')
        # An IP-Adapter is no component of a pipeline; by habit it lies in a folder of this name.
        self.ip_adapter: Path | None = next(iter(sorted((path / 'ip_adapter').glob('*.safetensors'))), None)
        self._elsewhere: dict[str, Path] = {}

    def use_ip_adapter(self, path: Path) -> None:
        """Takes an adapter that lies elsewhere, and the image encoder beside it where the checkpoint has none."""
        if path.suffix != '.safetensors' or not path.is_file():
            raise Refusal(f'{path} is not a safetensors file. Give the IP-Adapter as .safetensors (.bin pickles are refused).')
        self.ip_adapter = path
        beside = path.parent / 'image_encoder'
        if not self.has('image_encoder'):
            if not beside.is_dir():
                raise Refusal(f'Neither the checkpoint nor {path.parent} holds a folder image_encoder. Put the one of the IP-Adapter beside {path.name}.')
            self._elsewhere['image_encoder'] = beside

    def _folder(self, component: str) -> Path:
        return self._elsewhere.get(component, self.path / component)

    def _json(self, name: str) -> dict:
        return self._read(self.path / name)

    @staticmethod
    def _read(file: Path) -> dict:
        try:
            if file.stat().st_size > LIMIT_JSON_BYTES:
                raise Refusal(f'{file} is too large for a configuration. Download it again.')
            value = json.loads(file.read_text('utf8'))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as cause:
            raise Refusal(f'{file} cannot be read ({cause}). Download the checkpoint again.') from cause
        if not isinstance(value, dict):
            raise Refusal(f'{file} does not hold an object. Download the checkpoint again.')
        return value

    def has(self, component: str) -> bool:
        """Whether the component is there: named by model_index.json and with a folder."""
        entry = self.index.get(component)
        return isinstance(entry, list) and len(entry) == 2 and entry[1] is not None and (self.path / component).is_dir()

    def config(self, component: str) -> dict:
        """config.json of a model component, scheduler_config.json of the scheduler, preprocessor_config.json of the feature extractor."""
        names = {'scheduler': 'scheduler_config.json', 'feature_extractor': 'preprocessor_config.json'}
        return self._read(self._folder(component) / names.get(component, 'config.json'))

    def load(self, component: str, model_class, dtype: 'torch.dtype') -> 'torch.nn.Module':
        """The component's module with its weights, in eval mode without gradients. `model_class`: a diffusers or transformers class."""
        folder = self._folder(component)
        variant = _variant_of(folder)
        dtype_word = 'torch_dtype' if model_class.__module__.startswith('diffusers') else 'dtype'
        try:
            module, report = model_class.from_pretrained(
                str(folder), use_safetensors=True, local_files_only=True, variant=variant, low_cpu_mem_usage=True, output_loading_info=True, **{dtype_word: dtype}
            )
        except MemoryError as cause:
            raise Refusal(f'There is not enough memory for {component}. Use a machine with more, or --dtype fp16.') from cause
        except Exception as cause:
            raise Refusal(f'The weights of {component} cannot be read: {cause}') from cause
        if missing := sorted(report['missing_keys']):
            raise Refusal(f'{folder} lacks {len(missing)} weights, among them {missing[0]}. Download the checkpoint again, whole.')
        return module.eval().requires_grad_(False)

    def tokenizer_config(self) -> dict:
        """tokenizer/tokenizer_config.json."""
        return self._json('tokenizer/tokenizer_config.json')

    def token_id(self, role: str) -> int:
        """The id of a special token ('pad_token', 'eos_token'), read through the tokenizer's own table."""
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(str(self.path / 'tokenizer'), local_files_only=True)
        except Exception as cause:
            raise Refusal(f'The tokenizer cannot be read: {cause}. Download the checkpoint again, whole.') from cause
        found = getattr(tokenizer, f'{role}_id')
        if found is None:
            raise Refusal(f'The tokenizer names no {role}. Download the checkpoint again, whole.')
        return found


def _variant_of(folder: Path) -> str | None:
    """None for files in full precision, 'fp16' where there are only those; refuses what holds no safetensors."""
    if not folder.is_dir():
        raise Refusal(f'The checkpoint lacks the folder {folder.name}. Download it again, whole.')
    files = list(folder.glob('*.safetensors'))
    if not files:
        pickled = [*folder.glob('*.bin'), *folder.glob('*.ckpt'), *folder.glob('*.pt')]
        if pickled:
            raise Refusal(
                f'{pickled[0]} is a pickle, which may run code when it is opened, so it is refused. Use a safetensors version of the checkpoint '
                '(on the hub often another revision), or convert it on a machine you can throw away.'
            )
        raise Refusal(f'{folder} holds no *.safetensors. Download the checkpoint again, whole.')
    return None if any('.fp16' not in file.name for file in files) else 'fp16'
