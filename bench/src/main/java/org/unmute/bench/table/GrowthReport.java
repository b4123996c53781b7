package org.unmute.bench.table;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.unmute.bench.rows.Growth;
import org.unmute.bench.rows.Row;

/** The measured points of a series. */
final class GrowthReport {
    private final Growth.Series series;
    private final List<Measured> measured;

    /**
     * A measured point.
     *
     * @param point the point of the series
     * @param entry the result of this engine
     */
    record Measured(Growth.Point point, RowResult.Entry entry) {
        /** Milliseconds per unit of work. */
        double perUnit() {
            return entry.ms() / point.work();
        }
    }

    /** @param results of any rows */
    GrowthReport(Growth.Series series, List<RowResult> results) {
        this.series = series;
        measured = series.points().stream()
                .flatMap(p -> results.stream()
                        .filter(r -> r.id().equals(p.row().id()))
                        .findFirst()
                        .flatMap(r -> r.timed(Row.OURS))
                        .map(e -> new Measured(p, e))
                        .stream())
                .toList();
    }

    /** The measured points, from small to large. */
    List<Measured> measured() {
        return measured;
    }

    /** Whether every point was measured. */
    boolean isComplete() {
        return measured.size() == series.points().size();
    }

    /** The max time per unit of work divided by the min; empty with fewer than two points. */
    Optional<Double> spread() {
        return measured.size() < 2 ? Optional.empty() : Optional.of(Statistics.spread(perUnit()));
    }

    /**
     * Max ratio of the time per unit of work to the time at a smaller size. A cliff shows here; the fixed cost of a
     * call, which makes small calls slower per unit, shows only in {@link #spread}. Empty with fewer than two points.
     */
    Optional<Double> rise() {
        return measured.size() < 2 ? Optional.empty() : Optional.of(Statistics.rise(perUnit()));
    }

    private double[] perUnit() {
        return measured.stream().mapToDouble(Measured::perUnit).toArray();
    }

    /**
     * The exponent with which tensor memory grows with the varied number, in the upper half of its range; 1 is linear.
     * Empty if memory is not counted.
     */
    Optional<Double> memoryExponent() {
        List<Measured> counted =
                measured.stream().filter(m -> m.entry().tensorBytes() > 0).toList();
        if (counted.size() < 2) {
            return Optional.empty();
        }
        Measured from = counted.get((counted.size() - 1) / 2);
        Measured to = counted.getLast();
        return Optional.of(
                Math.log((double) to.entry().tensorBytes() / from.entry().tensorBytes())
                        / Math.log(to.point().x() / from.point().x()));
    }

    /** A table, and a line that summarizes it. */
    String markdown() {
        PipeTable table = new PipeTable(
                List.of(series.against(), "time", series.per(), "tensors of a call", "process beyond its inputs"));
        for (Measured m : measured) {
            table.row(List.of(
                    PipeTable.format("%,d", Math.round(m.point().x())),
                    ResultTable.time(m.entry().ms()),
                    m.perUnit() >= 1 ? ResultTable.time(m.perUnit()) : PipeTable.format("%.3g µs", m.perUnit() * 1e3),
                    mebibytes(m.entry().tensorBytes()),
                    mebibytes(m.entry().extraBytes())));
        }
        String per = series.per();
        return "### " + series.title() + " (`" + series.name() + "`)\n\n" + table + "\n"
                + spread().map(s -> PipeTable.format(
                                "%s: the longest is %.2f times the shortest; towards larger sizes it rises to at most"
                                        + " %.2f times.",
                                Character.toUpperCase(per.charAt(0)) + per.substring(1),
                                s,
                                Math.max(1, rise().orElseThrow())))
                        .orElse("Too few points to compare.")
                + memoryExponent()
                        .map(e -> PipeTable.format(
                                " Tensors grow with the power %.2f of the %s in the upper half.", e, series.against()))
                        .orElse("")
                + (isComplete()
                        ? ""
                        : " Not measured: " + (series.points().size() - measured.size()) + " of "
                                + series.points().size() + " points.")
                + "\n\n";
    }

    /** All series with a measured point; empty if there is none. */
    static String markdown(List<RowResult> results) {
        return Growth.all().stream()
                .map(series -> new GrowthReport(series, results))
                .filter(report -> !report.measured().isEmpty())
                .map(GrowthReport::markdown)
                .collect(Collectors.joining());
    }

    private static String mebibytes(long bytes) {
        return bytes < 0 ? "–" : PipeTable.format("%.1f MiB", bytes / 1048576.0);
    }
}
