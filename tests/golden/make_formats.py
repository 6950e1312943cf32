"""Writes tiny weight files of every kind with torch and safetensors, and what they hold.

Run in the reference environment (torch 2.1.2): python tests/golden/make_formats.py
For each NAME.bin the tensors that torch.load gives lie in NAME.expected.safetensors.
"""
import collections
import io
import pathlib
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).parent / "formats"
OUT.mkdir(exist_ok=True)


def ramp(*shape, dtype=torch.float32):
    count = int(np.prod(shape))
    return (torch.arange(count, dtype=torch.float64) * 0.75 - 3).to(dtype).reshape(shape)


def flatten(value, prefix=""):
    rows = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, torch.Tensor):
            rows[name] = item.detach().clone().contiguous()
        elif isinstance(item, dict):
            rows.update(flatten(item, name + "."))
    return rows


def write(name, value, **options):
    torch.save(value, OUT / f"{name}.bin", **options)
    save_file(flatten(value), OUT / f"{name}.expected.safetensors")


base = ramp(4, 5)
plain = {"a.weight": ramp(2, 3), "a.bias": ramp(3), "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), "größe": ramp(2)}
write("zip_dict", plain)
module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
with torch.no_grad():
    for i, parameter in enumerate(module.parameters()):
        parameter.copy_(ramp(*parameter.shape) + i)
write("zip_ordered", module.state_dict())  # an OrderedDict with _metadata
write("zip_parameters", collections.OrderedDict((n, p) for n, p in module.named_parameters()))
write("zip_shared", {"one": base, "two": base, "part": base[1], "other": ramp(2)})
write("zip_strided", {"transposed": base.t(), "column": base[:, 2], "steps": base[::2, 1::2], "expanded": ramp(1, 3).expand(4, 3),
                      "cube": ramp(2, 3, 4).permute(2, 0, 1), "ones": ramp(3)[None, :, None]})
write("zip_dtypes", {str(d).split(".")[1]: ramp(2, 3, dtype=torch.float32).to(d) if d != torch.uint8 else torch.arange(6, dtype=d)
                     for d in (torch.bool, torch.uint8, torch.int8, torch.int16, torch.float16, torch.bfloat16, torch.int32,
                               torch.float32, torch.float64, torch.int64)})
write("zip_training", {"epoch": 3, "best": 0.25, "big": 1 << 80, "model": plain, "note": "text", "none": None, "flags": [True, False, (1, -2)],
                       "optimizer": {"state": {0: {"step": torch.tensor(3.0), "exp_avg": ramp(2, 3)}},
                                     "param_groups": [{"lr": 1e-3, "params": [0, 1]}]},
                       "size": torch.Size([2, 3]), "device": torch.device("cpu"), "dtype": torch.float16})
write("zip_protocol4", plain, pickle_protocol=4)
write("legacy", module.state_dict(), _use_new_zipfile_serialization=False)
write("legacy_strided", {"one": base, "two": base, "transposed": base.t(), "row": base[2], "half": ramp(3, dtype=torch.float16), "long": ramp(3, dtype=torch.int64)},
      _use_new_zipfile_serialization=False)

# The same archive with deflated members, as a zip program would repack it.
source = zipfile.ZipFile(io.BytesIO((OUT / "zip_dict.bin").read_bytes()))
with zipfile.ZipFile(OUT / "zip_deflated.bin", "w", zipfile.ZIP_DEFLATED) as target:
    for member in source.infolist():
        target.writestr(zipfile.ZipInfo(member.filename), source.read(member.filename), zipfile.ZIP_DEFLATED)
save_file(flatten(torch.load(OUT / "zip_deflated.bin")), OUT / "zip_deflated.expected.safetensors")

# What our writer must reproduce byte for byte.
save_file({**{k: v for k, v in flatten(torch.load(OUT / "zip_dtypes.bin")).items()}, "z": ramp(1), "größe": ramp(2), 'q"uote\n\x01\x7f': ramp(1), "none": torch.zeros(0)},
          OUT / "written.safetensors", metadata={"format": "pt"})
save_file({"x": ramp(2, 2)}, OUT / "no_metadata.safetensors")
