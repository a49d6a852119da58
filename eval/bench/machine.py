"""The machine that a run is made on."""

import os
import platform
from pathlib import Path

CPU_FILE = Path("/proc/cpuinfo")
OF_INTEREST = ("avx2", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp")


def describe_machine() -> dict[str, str | int | float]:
    """Processor, what it can do that matters to an encoder, cores, memory (in 10⁹ bytes), system, Python."""
    fields = _first_processor(CPU_FILE.read_text(encoding="utf-8") if CPU_FILE.is_file() else "")
    flags = set(fields.get("flags", fields.get("Features", "")).split())
    return {
        "processor": fields.get("model name") or platform.processor() or platform.machine(),
        "extensions": ", ".join(flag for flag in OF_INTEREST if flag in flags),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _first_processor(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    return fields
