package org.unmute.cli.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.files.PlainText;

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

    /** Prints the table as text. */
    public void print(PrintWriter out) {
        out.print(text());
    }

    /** The table as text; every line ends with a line feed. */
    public String text() {
        List<List<String>> lines =
                new ArrayList<>(List.of(headings.stream().map(PlainText::of).toList()));
        rows.forEach(r -> lines.add(Arrays.stream(r).map(this::show).toList()));
        int columns = headings.size();
        int[] widths = new int[columns];
        boolean[] numeric = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            widths[c] = lines.stream().mapToInt(l -> width(l.get(column))).max().orElseThrow();
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
                text.append(Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("  ", "", "\n")));
            }
        }
        return text.toString();
    }

    /** The rows for JSON: objects keyed by heading, in which non-finite numbers are null. */
    public List<Map<String, Object>> document() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object[] row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int c = 0; c < row.length; c++) {
                object.put(
                        headings.get(c),
                        row[c] instanceof Number n && !Double.isFinite(n.doubleValue()) ? null : row[c]);
            }
            objects.add(object);
        }
        return objects;
    }

    private String show(Object cell) {
        return switch (cell) {
            case null -> "-";
            case Float f -> show((double) f);
            case Double d -> Double.isFinite(d) ? String.format(Locale.ROOT, "%." + decimals + "f", d) : "-";
            default -> PlainText.of(cell.toString());
        };
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Prints names and values in two columns. */
    public static void printFacts(PrintWriter out, Map<String, String> facts) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> out.println(name + " ".repeat(width - name.length()) + "  " + value));
    }

    /** The first names of a list that may be long. */
    public static String firstFive(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(5, names.size()))) + (names.size() > 5 ? ", …" : "");
    }
}
