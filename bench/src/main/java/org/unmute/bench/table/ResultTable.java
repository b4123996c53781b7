package org.unmute.bench.table;

import static org.unmute.bench.table.PipeTable.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.unmute.bench.rows.Row;

/** Results as Markdown: one table, then the engines, the machine, and the missing peers with reasons. */
final class ResultTable {
    private static final String NOTHING = "–";

    private ResultTable() {}

    /** The complete text. */
    static String markdown(List<RowResult> rows, String command) {
        List<String> peers = Peers.names().stream()
                .filter(p -> !p.equals(Row.OURS))
                .filter(p -> rows.stream().anyMatch(r -> r.timed(p).isPresent()))
                .toList();
        List<String> headings = new ArrayList<>(List.of("row", "threads", "unmute", "GFLOP/s", "share of limit"));
        headings.addAll(peers);
        PipeTable table = new PipeTable(headings);
        for (RowResult row : rows) {
            Optional<RowResult.Entry> ours = row.timed(Row.OURS);
            List<String> cells = new ArrayList<>();
            cells.add(row.title() + " (`" + row.id() + "`)");
            cells.add("" + row.threads());
            cells.add(ours.map(e -> "**" + time(e.ms()) + "**").orElse("failed"));
            cells.add(ours.filter(_ -> row.gflop() > 0)
                    .map(e -> format("%.0f", row.gflop() / e.ms() * 1e3))
                    .orElse(NOTHING));
            cells.add(share(row));
            for (String peer : peers) {
                String ratio = row.ratio(peer).map(r -> format(" (%.2f)", r)).orElse("");
                cells.add(row.timed(peer).map(e -> time(e.ms()) + ratio).orElse(NOTHING));
            }
            table.row(cells);
        }
        return table
                + "\nMedians of a call; in brackets our time divided by the peer's, so that below 1 ours is faster."
                + " GFLOP/s of matching are those of the product that it replaces.\n\n"
                + audio(rows) + labels(rows) + origins(rows, command) + memory(rows) + problems(rows);
    }

    /** A time with three significant digits. */
    static String time(double ms) {
        if (ms >= 1000) {
            return format(ms >= 10_000 ? "%.1f s" : "%.2f s", ms / 1e3);
        }
        return format(ms >= 100 ? "%.0f ms" : ms >= 10 ? "%.1f ms" : "%.2f ms", ms);
    }

    private static String share(RowResult row) {
        if (row.flopShare() > 0) {
            return format("%.0f %% FMA", 100 * row.flopShare());
        }
        return row.byteShare() > 0 ? format("%.0f %% memory", 100 * row.byteShare()) : NOTHING;
    }

    private static String audio(List<RowResult> rows) {
        String hours = rows.stream()
                .filter(r -> r.hoursPerHour() > 0)
                .map(r -> format("%.0f (`%s`)", r.hoursPerHour(), r.id()))
                .collect(Collectors.joining(", "));
        return hours.isEmpty() ? "" : "- hours of audio per hour: " + hours + "\n";
    }

    private static String labels(List<RowResult> rows) {
        Map<String, TreeSet<String>> labels = new LinkedHashMap<>();
        Peers.names().forEach(p -> labels.put(p, new TreeSet<>()));
        rows.stream()
                .flatMap(r -> r.entries().stream())
                .filter(e -> !e.label().isEmpty())
                .forEach(e ->
                        labels.computeIfAbsent(e.name(), _ -> new TreeSet<>()).add(e.label()));
        return labels.entrySet().stream()
                .filter(e -> !e.getValue().isEmpty())
                .map(e -> "- " + e.getKey() + ": " + String.join("; ", e.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    /** Command, machine, limits and date of some results, as a list. */
    static String origins(List<RowResult> rows, String command) {
        StringBuilder text = new StringBuilder("- command: `" + command + "`\n");
        Map<String, List<String>> machines = rows.stream()
                .collect(Collectors.groupingBy(
                        r -> r.origin().machine() + "; " + r.origin().jvm(),
                        LinkedHashMap::new,
                        Collectors.mapping(RowResult::id, Collectors.toList())));
        machines.forEach((machine, ids) -> text.append(
                "- machine: " + machine + (machines.size() == 1 ? "" : " (" + String.join(", ", ids) + ")") + "\n"));
        rows.stream()
                .filter(r -> r.origin().gflops() > 0)
                .collect(Collectors.groupingBy(
                        RowResult::threads, TreeMap::new, Collectors.mapping(RowResult::origin, Collectors.toList())))
                .forEach((threads, origins) -> text.append(format(
                        "- measured limits, %d thread%s: %.0f GFLOP/s of fused multiply-adds, %.1f GB/s read from"
                                + " memory%n",
                        threads,
                        threads == 1 ? "" : "s",
                        Statistics.median(origins, RowResult.Origin::gflops),
                        Statistics.median(origins, RowResult.Origin::gbytes))));
        TreeSet<String> dates = origins(rows, RowResult.Origin::date);
        TreeSet<String> commits = origins(rows, RowResult.Origin::commit);
        commits.remove("");
        if (!dates.isEmpty()) {
            text.append("- date: " + dates.first() + (dates.size() > 1 ? " to " + dates.last() : "") + ", commit "
                    + (commits.isEmpty() ? "unknown" : String.join(", ", commits)) + "\n");
        }
        return text.toString();
    }

    private static TreeSet<String> origins(List<RowResult> rows, Function<RowResult.Origin, String> field) {
        return rows.stream().map(RowResult::origin).map(field).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String memory(List<RowResult> rows) {
        StringBuilder text = new StringBuilder();
        for (RowResult row : rows) {
            if (!row.id().matches("(step|vit-b|wav|embed|probe|detect).*")) {
                continue;
            }
            String parts = row.entries().stream()
                    .filter(e -> e.isTimed() && e.extraBytes() >= 0)
                    .map(e -> e.name() + " " + (e.extraBytes() >> 20) + " MiB"
                            + (e.tensorBytes() >= 0 ? " (tensors " + (e.tensorBytes() >> 20) + ")" : ""))
                    .collect(Collectors.joining(", "));
            if (!parts.isEmpty()) {
                text.append(
                                row.id().matches("(embed|probe|detect).*")
                                        ? "- peak memory of the process, `"
                                        : "- extra memory, `")
                        .append(row.id() + "`: " + parts + "\n");
            }
        }
        return text.toString();
    }

    private static String problems(List<RowResult> rows) {
        Map<String, List<String>> problems = new LinkedHashMap<>();
        for (RowResult row : rows) {
            for (RowResult.Entry entry : row.entries()) {
                if (!entry.isTimed()) {
                    problems.computeIfAbsent(entry.name() + ": " + entry.problem(), _ -> new ArrayList<>())
                            .add("`" + row.id() + "`");
                }
            }
        }
        return problems.entrySet().stream()
                .map(e -> "- not timed: " + e.getKey() + " (" + String.join(", ", e.getValue()) + ")\n")
                .collect(Collectors.joining());
    }
}
