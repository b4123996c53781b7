package org.unmute.cli.probe;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
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
        this.top = Math.clamp(top, 1, head.classes().size());
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
        table(" (" + kind + ")", false).print(o);
        if (head.decisions() != null) {
            o.println(MARK.strip() + " above the threshold of its class: " + head.decisions());
        }
    }

    /** The rows for JSON. Keys are the same for every activation, which {@code scores} states. */
    public List<Map<String, Object>> document() {
        return table("", true).document();
    }

    private ConsoleTable table(String suffix, boolean json) {
        boolean decided = head.decisions() != null;
        List<String> headings = new ArrayList<>(List.of("file"));
        IntStream.rangeClosed(1, top).forEach(i -> headings.add("top " + i + suffix));
        if (json && decided) {
            headings.add("present");
        }
        if (json) {
            headings.add("scores");
        }
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (Row row : rows) {
            float[] order = row.order(Boolean.TRUE.equals(head.exclusive()));
            List<Object> cells = new ArrayList<>(List.of(row.id()));
            IntStream.range(0, order.length)
                    .boxed()
                    .sorted((a, b) -> Float.compare(order[b], order[a]))
                    .limit(top)
                    .forEach(c -> cells.add(head.classes().get(c)
                            + String.format(Locale.ROOT, " %.3f", row.shown()[c])
                            + (!json && decided && isPresent(row, c) ? MARK : "")));
            if (json && decided) {
                cells.add(IntStream.range(0, order.length)
                        .filter(c -> isPresent(row, c))
                        .mapToObj(head.classes()::get)
                        .toList());
            }
            if (json) {
                cells.add(kind);
            }
            table.row(cells.toArray());
        }
        return table;
    }

    private boolean isPresent(Row row, int c) {
        return head.decisions().isPresent(c, row.raw()[c]);
    }
}
