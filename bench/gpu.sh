#!/usr/bin/env bash
# gpu.sh [TABLE]   On a Linux x64 machine with an NVIDIA driver, Node 20 or newer, Python 3 with venv, and the network: fetches
# everything else, measures ptask's training step on CUDA and WebGPU beside PEFT's, and writes the table (default: gpu-table.md).
# What it installs goes into the folder .gpu-bench beside this repository's package.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
table=$(realpath -m "${1:-gpu-table.md}")
work=$PWD/.gpu-bench
mkdir -p "$work"

# What an earlier try has left half done is done again.
[ -f node_modules/.package-lock.json ] || npm ci --no-audit --no-fund
npm run --silent build

python=$work/venv/bin/python
if ! "$python" -c 'import torch, transformers, peft' 2>/dev/null; then
  python3 -m venv --clear "$work/venv"
  "$python" -m pip install --quiet torch transformers peft
fi

# PyTorch brings CUDA's libraries and cuDNN along; ONNX Runtime's provider finds them here, too.
libraries=$("$python" -c '
import glob, os, sysconfig
root = os.path.join(sysconfig.get_paths()["purelib"], "nvidia")
print(":".join(sorted({os.path.dirname(f) for f in glob.glob(root + "/**/*.so*", recursive=True)})))')
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" PTASK_CACHE="$work/cache" XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
node dist/ptask.js devices --fetch cuda --yes | tee "$work/devices.txt"

models=()
for shape in gpt2 gpt2-medium gpt2-xl; do
  [ -f "$work/$shape/config.json" ] || node bench/make-random-model.mjs --out "$work/$shape" --shape "$shape"
  models+=("$work/$shape")
done

{
  echo '```'
  cat "$work/devices.txt"
  echo '```'
  echo
  node bench/gpu.mjs --models "$(IFS=,; echo "${models[*]}")" --python "$python"
} | tee "$table.part"
mv "$table.part" "$table"
echo "written: $table"
