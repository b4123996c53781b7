package org.unmute.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.experiments.provenance.Json;

/**
 * A table for a terminal: text is left-aligned, numbers are right-aligned, and a rule is under the headings. It can
 * also be printed as JSON, one object per row.
 */
public final class ConsoleTable {
    private final List<String> headings;
    private final List<Object[]> rows = new ArrayList<>();
    private int decimals = 3;

    /** @param headings the column names, also the keys in JSON */
    public ConsoleTable(String... headings) {
        this.headings = List.of(headings);
    }

    /** Sets the number of decimals of floating-point cells in text, 3 by default. JSON keeps full precision. */
    public ConsoleTable decimals(int count) {
        decimals = count;
        return this;
    }

    /**
     * Adds a row; null and NaN cells are shown as a dash.
     *
     * @throws IllegalArgumentException if there are more or fewer cells than headings
     */
    public ConsoleTable row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(
                    "table: " + cells.length + " cells for " + headings.size() + " columns " + headings);
        }
        rows.add(cells.clone());
        return this;
    }

    /** Prints the table as text, or as JSON if {@code json} is set. */
    public void print(PrintWriter out, boolean json) {
        out.print(json ? json() : text());
        out.flush();
    }

    /** The table as text; every line ends with a line feed. */
    public String text() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(headings);
        rows.forEach(r -> {
            List<String> cells = new ArrayList<>();
            for (Object cell : r) {
                cells.add(show(cell));
            }
            lines.add(cells);
        });
        int columns = headings.size();
        int[] widths = new int[columns];
        boolean[] numeric = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            lines.forEach(l -> widths[column] = Math.max(widths[column], width(l.get(column))));
            numeric[c] = rows.stream().anyMatch(r -> r[column] instanceof Number)
                    && rows.stream().allMatch(r -> r[column] == null || r[column] instanceof Number);
        }
        StringBuilder text = new StringBuilder();
        for (int l = 0; l < lines.size(); l++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String cell = lines.get(l).get(c);
                String pad = " ".repeat(widths[c] - width(cell));
                line.append(c > 0 ? "  " : "").append(numeric[c] ? pad + cell : cell + pad);
            }
            text.append(line.toString().stripTrailing()).append('\n');
            if (l == 0) {
                List<String> rule = new ArrayList<>();
                for (int w : widths) {
                    rule.add("-".repeat(w));
                }
                text.append(String.join("  ", rule)).append('\n');
            }
        }
        return text.toString();
    }

    /** The rows as a JSON array of objects, keyed by heading; non-finite numbers become null. */
    public String json() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object[] row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int c = 0; c < row.length; c++) {
                object.put(
                        headings.get(c),
                        row[c] instanceof Number n && !Double.isFinite(n.doubleValue()) ? null : row[c]);
            }
            objects.add(Collections.unmodifiableMap(object));
        }
        try {
            return Json.MAPPER.writeValueAsString(objects) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("table: cannot be written as JSON", e);
        }
    }

    private String show(Object cell) {
        return switch (cell) {
            case null -> "-";
            case Double d -> Double.isFinite(d) ? String.format(Locale.ROOT, "%." + decimals + "f", d) : "-";
            case Float f -> Float.isFinite(f) ? String.format(Locale.ROOT, "%." + decimals + "f", f) : "-";
            default -> cell.toString();
        };
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
