"""What a run found, as `bench.json` and as the tables of `README.md`. Pure."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.bench.contenders import Contender
from eval.bench.corpora import OVERLAP, SPEED_QUESTION_WORDS, WORDS, Corpus
from eval.bench.demands import Demand, signed
from eval.bench.measuring import AT_ONCE, LIMIT, ROUNDS, Answers, Build, Speed
from eval.bench.quality import MAIN, SHOWN, MeanQuality, SetQuality
from eval.metrics import Estimate, percentile
from eval.reporting import markdown_table

MISSING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """Everything of one run. Mappings are by contender's name, `answers` by data set first."""

    date: str
    machine: Mapping[str, str | int | float]
    model: str
    limit: int | None
    contenders: Sequence[Contender]
    versions: Mapping[str, Mapping[str, str]]
    prepared_s: Mapping[str, float]
    corpora: Sequence[Corpus]
    answers: Mapping[str, Mapping[str, Answers]]
    sets: Sequence[SetQuality]
    mean: MeanQuality
    speed_corpus: Corpus
    speed_sets: Sequence[str]
    speed_questions: int
    builds: Mapping[str, Build]
    speeds: Mapping[str, Speed]
    demands: Sequence[Demand]
    failures: Mapping[str, str]

    @property
    def titles(self) -> dict[str, str]:
        """Contenders as a person names them."""
        return {each.name: each.title for each in self.contenders}


def latencies(values: Sequence[float]) -> dict[str, float]:
    """Percentiles, in the unit of the values."""
    return {f"p{share}": round(percentile(values, share / 100), 2) for share in (50, 95, 99)}


def to_json(report: BenchReport) -> dict[str, Any]:
    """All figures, rounded to what they can bear."""
    return {
        "date": report.date,
        "machine": dict(report.machine),
        "model": report.model,
        "limit": report.limit,
        "contenders": {each.name: _contender(report, each) for each in report.contenders},
        "failures": dict(report.failures),
        "quality": {each.name: _quality(report, each) for each in report.sets},
        "mean": {
            "metric": MAIN,
            "sets": list(report.mean.sets),
            "means": {name: round(value, 4) for name, value in report.mean.means.items()},
            "best_peer": report.mean.best_peer,
            "difference": _estimate(report.mean.difference),
        },
        "speed": {
            "sets": list(report.speed_sets),
            "documents": report.speed_corpus.documents,
            "common_passages": report.speed_corpus.passages,
            "questions": report.speed_questions,
            "rounds": ROUNDS,
            "contenders": {name: _speed(speed) for name, speed in report.speeds.items()},
            "builds": {name: _build(build) for name, build in report.builds.items()},
        },
        "demands": [dataclasses.asdict(demand) for demand in report.demands],
    }


def _contender(report: BenchReport, contender: Contender) -> dict[str, Any]:
    return {
        "title": contender.title,
        "setup": contender.setup,
        "takes": contender.takes.value,
        "versions": dict(report.versions.get(contender.name, {})),
        "first_start_seconds": round(report.prepared_s[contender.name], 2)
        if contender.name in report.prepared_s
        else None,
    }


def _quality(report: BenchReport, each: SetQuality) -> dict[str, Any]:
    corpus = next(corpus for corpus in report.corpora if corpus.name == each.name)
    return {
        "documents": corpus.documents,
        "common_passages": corpus.passages,
        "best_peer": each.best_peer,
        "difference": _estimate(each.difference),
        "contenders": {
            name: {
                "metrics": {metric: _estimate(value) for metric, value in estimates.items()},
                "latency_ms": latencies(report.answers[each.name][name].latencies_ms),
                "build": _build(report.answers[each.name][name].build),
            }
            for name, estimates in each.estimates.items()
        },
    }


def _estimate(value: Estimate | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"mean": round(value.mean, 4), "interval_95": [round(value.low, 4), round(value.high, 4)], "n": value.n}


def _build(build: Build) -> dict[str, Any]:
    return {
        "seconds": round(build.seconds, 2),
        "passages": build.passages,
        "tokens_per_passage": round(build.tokens_per_passage, 1),
        "passages_per_second": round(build.passages_per_second, 1),
        "tokens_per_second": round(build.tokens_per_second),
    }


def _speed(speed: Speed) -> dict[str, Any]:
    return {
        "cold_start_s": round(speed.cold_start_s, 2),
        "cold_starts_s": [round(each, 2) for each in speed.cold_starts_s],
        "alone_ms": latencies(speed.alone_ms),
        "at_once_ms": latencies(speed.together_ms),
        "at_once_per_second": round(speed.together_per_second, 1),
        "busy_ms": latencies(speed.busy_ms),
        "peak_mb": round(speed.peak_mb, 1),
        "torch": speed.torch,
    }


def to_markdown(report: BenchReport) -> str:
    """The page `README.md`, whose plots lie beside it."""
    return "\n".join(part for part in (_head(report), _demands(report), _qualities(report), _speeds(report)) if part)


def _head(report: BenchReport) -> str:
    machine, titles = report.machine, report.titles
    limited = f" The first {report.limit:,} questions of each data set." if report.limit else ""
    rows = [
        [each.title, each.setup, ", ".join(f"{name} {version}" for name, version in report.versions[each.name].items())]
        for each in report.contenders
        if each.name in report.versions
    ]
    failed = "".join(f"\n- {titles.get(name, name)}: {sentence}" for name, sentence in report.failures.items())
    return (
        "# Footnote beside other libraries\n\n"
        f"Written by `footnote-eval bench` on {report.date}; all figures are in [bench.json](bench.json), how they "
        f"are measured stands in [evaluation](../evaluation.md#bench).{limited}\n\n"
        f"Machine: {machine['processor']} ({machine['extensions'] or 'no extensions named'}), {machine['cores']} "
        f"cores, {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}. Encoder of all: "
        f"{report.model}.\n\n"
        + markdown_table(["contender", "set-up", "versions"], rows)
        + (f"\nWhat could not be measured:\n{failed}\n" if failed else "")
    )


def _demands(report: BenchReport) -> str:
    rows = [
        [each.name, each.asked, each.measured, each.against, "yes" if each.holds else "**no**"]
        for each in report.demands
    ]
    if not rows:
        return ""
    return "## Asked and measured\n\n" + markdown_table(["what", "asked", "measured", "against", "holds"], rows)


def _qualities(report: BenchReport) -> str:
    names = [each.name for each in report.contenders if any(each.name in one.estimates for one in report.sets)]
    titles = [report.titles[name] for name in names]
    page = (
        "## Quality\n\n![nDCG@10 of each contender on each data set](quality.svg)\n\n"
        f"Means over n questions with 95 % bootstrap intervals. The peers get passages of {WORDS} words that share "
        f"{OVERLAP}, each with its document's title in front, and each of their two searches contributes {LIMIT}; "
        "Footnote gets the documents. A document ranks where its best passage ranks. The difference is Footnote's to "
        "the peer that is best on the data set, question by question.\n"
    )
    for metric in SHOWN:
        rows = []
        for each in report.sets:
            cells = [_interval(each.estimates[name][metric]) if name in each.estimates else MISSING for name in names]
            n = max((estimates[metric].n for estimates in each.estimates.values()), default=0)
            rows.append([each.name, f"{n:,}", *cells] + ([_difference(each.difference)] if metric == MAIN else []))
        header = ["data set", "n", *titles] + (["difference"] if metric == MAIN else [])
        if metric == MAIN:
            means = [f"{report.mean.means[name]:.3f}" if name in report.mean.means else MISSING for name in names]
            rows.append(["mean", "", *means, _difference(report.mean.difference)])
        page += f"\n### {metric}\n\n" + markdown_table(header, rows)
    return page + "\n### Milliseconds a question, one at a time (p50)\n\n" + _set_latencies(report, names, titles)


def _set_latencies(report: BenchReport, names: Sequence[str], titles: Sequence[str]) -> str:
    def p50(answers: Answers | None) -> str:
        return f"{percentile(answers.latencies_ms, 0.5):.1f}" if answers else MISSING

    rows = [[each.name, *(p50(report.answers[each.name].get(name)) for name in names)] for each in report.sets]
    return markdown_table(["data set", *titles], rows)


def _speeds(report: BenchReport) -> str:
    names = [each.name for each in report.contenders if each.name in report.speeds]
    titles = [report.titles[name] for name in names]

    def row(label: str, show: Callable[[Speed], str]) -> list[str]:
        return [label, *(show(report.speeds[name]) for name in names)]

    def times(values: Sequence[float]) -> str:
        return " / ".join(f"{percentile(values, share):.1f}" for share in (0.5, 0.95, 0.99))

    corpus = report.speed_corpus
    rows = [
        row("question alone, ms: p50 / p95 / p99", lambda speed: times(speed.alone_ms)),
        row(f"{AT_ONCE} at once, ms: p50 / p95 / p99", lambda speed: times(speed.together_ms)),
        row(f"{AT_ONCE} at once, questions a second", lambda speed: f"{speed.together_per_second:.1f}"),
        row("beside a process that burns a core, ms: p50 / p95 / p99", lambda speed: times(speed.busy_ms)),
        row("cold start to the first answer, s (median)", lambda speed: f"{speed.cold_start_s:.2f}"),
        row("peak memory of the serving process, MB", lambda speed: f"{speed.peak_mb:.0f}"),
    ]
    return (
        "## Speed\n\n![Latency, memory and cold start of each contender](speed.svg)\n\n"
        f"Over {corpus.documents:,} documents ({', '.join(report.speed_sets)}) that make {corpus.passages:,} common "
        f"passages; {report.speed_questions:,} questions of at most {SPEED_QUESTION_WORDS} words where there are such; "
        f"{ROUNDS} rounds, in each of which every contender has a new process.\n\n"
        + markdown_table(["", *titles], rows)
        + "\n### Indexing from nothing\n\n"
        + _builds(report)
    )


def _builds(report: BenchReport) -> str:
    rows = []
    for contender in report.contenders:
        build = report.builds.get(contender.name)
        if build is not None:
            first = report.prepared_s.get(contender.name)
            rows.append(
                [
                    contender.title,
                    f"{build.passages:,}",
                    f"{build.tokens_per_passage:.0f}",
                    f"{build.seconds:.1f}",
                    f"{build.passages_per_second:.1f}",
                    f"{build.tokens_per_second:,.0f}",
                    f"{first:.1f}" if first is not None else MISSING,
                ]
            )
    header = ["", "passages", "tokens a passage", "seconds", "passages/s", "tokens/s", "very first start, s"]
    return markdown_table(header, rows) + (
        "\nThe encoder was loaded before. Tokens are those of each passage with its title, as far as an encoder reads "
        "them, so tokens/s compares passages of one length; Footnote encodes sentences, and each title once. Its very "
        "first start includes the export of the encoder, made once for each model.\n"
    )


def _interval(value: Estimate) -> str:
    return f"{value.mean:.3f} ({value.low:.3f}–{value.high:.3f})"


def _difference(value: Estimate | None) -> str:
    return MISSING if value is None else f"{signed(value.mean)} ({signed(value.low)} to {signed(value.high)})"
