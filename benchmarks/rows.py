"""One measured row."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement; what does not apply stays None.

    Attributes:
        name: What was measured.
        n: On how many images.
        cpu_s: Processor seconds.
        wall_s: Elapsed seconds.
        rss_mb: Peak resident memory of the largest process, in 10**6 bytes.
        auc: Area under the ROC curve.
        p50_ms: Median time of one question.
        p95_ms: 95th percentile of it.
        recall: Share of what brute force finds, 0 to 1.
        note: What else a reader should know.
    """

    name: str
    n: int
    cpu_s: float | None = None
    wall_s: float | None = None
    rss_mb: float | None = None
    auc: float | None = None
    recall: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    note: str = ""

    def __str__(self) -> str:
        figures = {
            "cpu s": self.cpu_s,
            "wall s": self.wall_s,
            "a second": self.n / self.wall_s if self.wall_s else None,
            "MB": self.rss_mb,
            "AUC": self.auc,
            "recall": self.recall,
            "ms median": self.p50_ms,
            "ms 95 %": self.p95_ms,
        }
        told = [f"{value:10.3f} {unit}" for unit, value in figures.items() if value is not None]
        return f"{self.name:<28} n={self.n:<6} {' '.join(told)}  {self.note}".rstrip()
