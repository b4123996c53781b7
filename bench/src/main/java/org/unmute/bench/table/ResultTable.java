package org.unmute.bench.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.bench.rows.Row;

/** Results as Markdown: one table, then the engines, the machine, and which peers are missing and why. */
final class ResultTable {
    private static final String NOTHING = "–";

    private ResultTable() {}

    /** The whole text. */
    static String markdown(List<RowResult> rows, String command) {
        List<String> peers = Peers.names().stream()
                .filter(p -> !p.equals(Row.OURS))
                .filter(p -> rows.stream().anyMatch(r -> r.timed(p).isPresent()))
                .toList();
        StringBuilder text = new StringBuilder("| row | threads | unmute | GFLOP/s | share of limit |");
        peers.forEach(p -> text.append(' ').append(p).append(" |"));
        text.append("\n|---|---|---|---|---|")
                .append("---|".repeat(peers.size()))
                .append('\n');
        for (RowResult row : rows) {
            text.append("| ")
                    .append(row.title())
                    .append(" (`")
                    .append(row.id())
                    .append("`) | ")
                    .append(row.threads())
                    .append(" | ")
                    .append(row.timed(Row.OURS)
                            .map(e -> "**" + time(e.ms()) + "**")
                            .orElse("failed"))
                    .append(" | ")
                    .append(speed(row))
                    .append(" | ")
                    .append(share(row))
                    .append(" |");
            for (String peer : peers) {
                text.append(' ')
                        .append(row.timed(peer)
                                .map(e -> time(e.ms())
                                        + row.ratio(peer)
                                                .map(r -> String.format(Locale.ROOT, " (%.2f)", r))
                                                .orElse(""))
                                .orElse(NOTHING))
                        .append(" |");
            }
            text.append('\n');
        }
        text.append("\n"
                + "Medians of a call; in brackets our time divided by the peer's, so that below 1 ours is faster."
                + " GFLOP/s of matching are those of the product that it replaces.\n\n");
        appendLabels(text, rows);
        appendOrigins(text, rows, command);
        appendMemory(text, rows);
        appendProblems(text, rows);
        return text.toString();
    }

    /** A time with three significant digits. */
    static String time(double ms) {
        if (ms >= 10_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
        } else if (ms >= 1000) {
            return String.format(Locale.ROOT, "%.2f s", ms / 1e3);
        }
        return String.format(Locale.ROOT, ms >= 100 ? "%.0f ms" : ms >= 10 ? "%.1f ms" : "%.2f ms", ms);
    }

    private static String speed(RowResult row) {
        return row.gflop() == 0
                ? NOTHING
                : row.timed(Row.OURS)
                        .map(e -> String.format(Locale.ROOT, "%.0f", row.gflop() / e.ms() * 1e3))
                        .orElse(NOTHING);
    }

    private static String share(RowResult row) {
        if (row.flopShare() > 0) {
            return String.format(Locale.ROOT, "%.0f %% FMA", 100 * row.flopShare());
        }
        return row.byteShare() > 0 ? String.format(Locale.ROOT, "%.0f %% memory", 100 * row.byteShare()) : NOTHING;
    }

    private static void appendLabels(StringBuilder text, List<RowResult> rows) {
        Map<String, TreeSet<String>> labels = new LinkedHashMap<>();
        Peers.names().forEach(p -> labels.put(p, new TreeSet<>()));
        rows.forEach(r -> r.entries().stream()
                .filter(e -> !e.label().isEmpty())
                .forEach(e ->
                        labels.computeIfAbsent(e.name(), _ -> new TreeSet<>()).add(e.label())));
        labels.forEach((name, all) -> {
            if (!all.isEmpty()) {
                text.append("- ")
                        .append(name)
                        .append(": ")
                        .append(String.join("; ", all))
                        .append('\n');
            }
        });
    }

    /** Command, machine, limits and date of some results, as a list. */
    static String origins(List<RowResult> rows, String command) {
        StringBuilder text = new StringBuilder();
        appendOrigins(text, rows, command);
        return text.toString();
    }

    private static void appendOrigins(StringBuilder text, List<RowResult> rows, String command) {
        text.append("- command: `").append(command).append("`\n");
        Map<String, List<String>> machines = rows.stream()
                .collect(Collectors.groupingBy(
                        r -> r.origin().machine() + "; " + r.origin().jvm(),
                        LinkedHashMap::new,
                        Collectors.mapping(RowResult::id, Collectors.toList())));
        machines.forEach((machine, ids) -> text.append("- machine: ")
                .append(machine)
                .append(machines.size() == 1 ? "" : " (" + String.join(", ", ids) + ")")
                .append('\n'));
        Map<Integer, List<RowResult>> byThreads = rows.stream()
                .filter(r -> r.origin().gflops() > 0)
                .collect(Collectors.groupingBy(RowResult::threads, java.util.TreeMap::new, Collectors.toList()));
        byThreads.forEach((threads, own) -> text.append(String.format(
                Locale.ROOT,
                "- measured limits, %d thread%s: %.0f GFLOP/s of fused "
                        + "multiply-adds, %.1f GB/s read from memory%n",
                threads,
                threads == 1 ? "" : "s",
                Statistics.median(
                        own.stream().mapToDouble(r -> r.origin().gflops()).toArray()),
                Statistics.median(
                        own.stream().mapToDouble(r -> r.origin().gbytes()).toArray()))));
        TreeSet<String> dates =
                rows.stream().map(r -> r.origin().date()).collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> commits = rows.stream()
                .map(r -> r.origin().commit())
                .filter(c -> !c.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        if (!dates.isEmpty()) {
            text.append("- date: ")
                    .append(dates.first())
                    .append(dates.size() > 1 ? " to " + dates.last() : "")
                    .append(", commit ")
                    .append(commits.isEmpty() ? "unknown" : String.join(", ", commits))
                    .append('\n');
        }
    }

    private static void appendMemory(StringBuilder text, List<RowResult> rows) {
        for (RowResult row : rows.stream()
                .filter(r -> r.id().matches("(step|vit-b|wav|embed|probe).*"))
                .toList()) {
            String what = row.id().matches("(embed|probe).*") ? "- peak memory of the process, `" : "- extra memory, `";
            String parts = row.entries().stream()
                    .filter(e -> e.isTimed() && e.extraBytes() >= 0)
                    .map(e -> e.name() + " " + (e.extraBytes() >> 20) + " MiB"
                            + (e.tensorBytes() >= 0 ? " (tensors " + (e.tensorBytes() >> 20) + ")" : ""))
                    .collect(Collectors.joining(", "));
            if (!parts.isEmpty()) {
                text.append(what).append(row.id()).append("`: ").append(parts).append('\n');
            }
        }
    }

    private static void appendProblems(StringBuilder text, List<RowResult> rows) {
        Map<String, List<String>> problems = new LinkedHashMap<>();
        for (RowResult row : rows) {
            for (RowResult.Entry entry : row.entries()) {
                if (!entry.isTimed()) {
                    problems.computeIfAbsent(entry.name() + ": " + entry.problem(), _ -> new ArrayList<>())
                            .add("`" + row.id() + "`");
                }
            }
        }
        problems.forEach((problem, ids) -> text.append("- not timed: ")
                .append(problem)
                .append(" (")
                .append(String.join(", ", ids))
                .append(")\n"));
    }
}
