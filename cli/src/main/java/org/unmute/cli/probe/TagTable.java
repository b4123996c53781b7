package org.unmute.cli.probe;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.events.scoring.ScoringHead;

/**
 * The top classes of recordings, for a terminal and as JSON. Classes above a learned threshold are marked; in JSON,
 * {@code present} lists all of them.
 */
public final class TagTable {
    private static final String MARK = " *";

    private final ScoringHead head;
    private final int top;
    private final String kind;
    private final List<Row> rows = new ArrayList<>();

    /**
     * Creates an empty table.
     *
     * @param top  number of classes shown for each recording, at least 1; fewer if the head has fewer
     * @param kind the kind of scores shown, such as {@code probability}
     */
    public TagTable(ScoringHead head, int top, String kind) {
        this.head = head;
        this.top = Math.min(top, head.classes().size());
        this.kind = kind;
    }

    /**
     * A recording and its scores.
     *
     * @param id    name of the recording
     * @param shown scores to show, {@code [classes]}
     * @param raw   raw scores in [0, 1], to which thresholds apply; null without thresholds
     */
    public record Row(String id, float[] shown, float[] raw) {
        /** The scores that rank the classes: raw scores of exclusive classes, whose order calibration may change. */
        private float[] order(boolean exclusive) {
            return exclusive && raw != null ? raw : shown;
        }
    }

    /** Adds a recording. */
    public void add(Row row) {
        rows.add(row);
    }

    /** Prints the table and the meaning of the marks. */
    public void print(PrintWriter o) {
        List<String> headings = new ArrayList<>(List.of("file"));
        IntStream.rangeClosed(1, top).forEach(i -> headings.add("top " + i + " (" + kind + ")"));
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (Row row : rows) {
            table.row(Stream.concat(
                            Stream.of(row.id()),
                            best(row)
                                    .mapToObj(c -> head.classes().get(c)
                                            + String.format(Locale.ROOT, " %.3f", row.shown()[c])
                                            + (isPresent(row, c) ? MARK : "")))
                    .toArray());
        }
        table.print(o);
        if (head.decisions() != null) {
            o.println(MARK.strip() + " above the threshold of its class: " + head.decisions());
        }
    }

    /** The rows for JSON. Keys are the same for every activation, which {@code scores} states. */
    public List<Map<String, Object>> document() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", row.id());
            object.put("top", best(row).mapToObj(c -> named(row, c)).toList());
            if (head.decisions() != null) {
                object.put(
                        "present",
                        IntStream.range(0, row.shown().length)
                                .filter(c -> isPresent(row, c))
                                .mapToObj(head.classes()::get)
                                .toList());
            }
            object.put("scores", kind);
            objects.add(object);
        }
        return objects;
    }

    private Map<String, Object> named(Row row, int c) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("class", head.classes().get(c));
        one.put("score", Float.isFinite(row.shown()[c]) ? row.shown()[c] : null);
        return one;
    }

    /** The classes to show, best first. */
    private IntStream best(Row row) {
        float[] order = row.order(Boolean.TRUE.equals(head.exclusive()));
        return IntStream.range(0, order.length)
                .boxed()
                .sorted((a, b) -> Float.compare(order[b], order[a]))
                .limit(top)
                .mapToInt(c -> c);
    }

    private boolean isPresent(Row row, int c) {
        return head.decisions() != null && head.decisions().isPresent(c, row.raw()[c]);
    }
}
