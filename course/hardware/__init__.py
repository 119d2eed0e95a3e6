"""The physics of a token: what a model takes in memory, how fast it can be, what energy it draws.

    llama_70b = hardware.Shape(layers=80, kv_heads=8, key_length=128)
    hardware.kv_bytes(llama_70b, tokens=8192) / 1e9                          # 2.7 GB
    hardware.decode(3.35e12, 70e9, bits=4.5).tokens_per_s                    # 85 at most

| module       | what it holds                                                              |
|--------------|----------------------------------------------------------------------------|
| memory       | weights, KV cache (quantized too), what fits a device                       |
| roofline     | tokens per second at most, prefill, batches, mixtures of experts, energy    |
| devices      | the same for a row of the table `hardware`                                  |
| machine      | the reader's machine, measured                                              |
| speed        | how fast a model answers here: the one way of measuring                     |
| random_model | models with random weights, written on the spot                             |

Units: bytes, bytes per second, operations per second, seconds, watts, kWh; parameters as numbers
(8e9), bits per weight. GB is 1e9 bytes, GiB 2^30. `speed` and `random_model` are imported by name,
as they need llama.cpp and the package gguf.
"""

from course.hardware.devices import Device, device, devices
from course.hardware.machine import Machine, measured
from course.hardware.memory import (
    CELLS,
    KV_TYPES,
    Need,
    Shape,
    bits_of,
    bits_that_fit,
    fits,
    kv_bytes,
    kv_bytes_per_token,
    need,
    weight_bytes,
)
from course.hardware.roofline import (
    Speed,
    decode,
    energy_per_million,
    prefill_seconds,
    ridge,
    touched,
)

__all__ = [
    "CELLS", "KV_TYPES", "Device", "Machine", "Need", "Shape", "Speed", "bits_of", "bits_that_fit",
    "decode", "device", "devices", "energy_per_million", "fits", "kv_bytes", "kv_bytes_per_token",
    "measured", "need", "prefill_seconds", "ridge", "touched", "weight_bytes",
]  # fmt: skip
