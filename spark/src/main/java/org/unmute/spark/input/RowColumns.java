package org.unmute.spark.input;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.files.PlainText;

/**
 * The columns of a table of clips: {@code path} and, if present, {@code root}, {@code clip}, {@code start}, {@code
 * end}, {@code labels}, {@code split} and {@code seconds}. Names are not case-sensitive; other columns are ignored.
 * Each component is the index of a column, or -1 if there is none.
 *
 * @param path path of the file
 * @param root folder that the path is relative to
 * @param clip id of the clip
 * @param start start in seconds, a number or a string
 * @param end end in seconds, a number or a string
 * @param labels a string, or a list of strings
 * @param split a string or a number
 * @param seconds length of the clip, a number
 */
public record RowColumns(int path, int root, int clip, int start, int end, int labels, int split, int seconds)
        implements Serializable {
    private enum Kind {
        TEXT,
        NUMBER,
        LABELS
    }

    /**
     * Finds the columns of a table.
     *
     * @throws IllegalArgumentException if there is no column with paths, a column is ambiguous, or has a type that is
     *     not supported
     */
    public static RowColumns of(StructType table) {
        List<String> paths = Arrays.stream(table.fieldNames())
                .filter(name -> Manifest.FILE_COLUMNS.stream().anyMatch(name::equalsIgnoreCase))
                .toList();
        if (paths.size() != 1) {
            throw new IllegalArgumentException(
                    (paths.isEmpty() ? "no column path" : "several columns could be the path, " + paths) + " among "
                            + names(table) + ": name one column 'path'");
        }
        RowColumns columns = new RowColumns(
                table.fieldIndex(paths.getFirst()),
                find(table, "root"),
                find(table, "clip"),
                find(table, "start"),
                find(table, "end"),
                find(table, "labels"),
                find(table, "split"),
                find(table, "seconds"));
        columns.requireTypes(table);
        requireKnown(columns.labels >= 0 && find(table, LabelledClip.UNKNOWN_COLUMN) >= 0);
        return columns;
    }

    /**
     * Refuses labels of which some are unknown: tables of results cannot express this, so unknown labels would count as
     * absent.
     *
     * @throws IllegalArgumentException if some labels are unknown
     */
    static void requireKnown(boolean unknown) {
        if (unknown) {
            throw new IllegalArgumentException("column " + PlainText.quote(LabelledClip.UNKNOWN_COLUMN)
                    + " says that some labels are not known, which tables of results cannot say: leave the columns"
                    + " labels and " + LabelledClip.UNKNOWN_COLUMN + " out of this table, and give them to 'unmute"
                    + " probe' as --labels");
        }
    }

    private static int find(StructType table, String name) {
        String[] names = table.fieldNames();
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    private static String names(StructType table) {
        return Arrays.stream(table.fieldNames()).map(PlainText::quote).collect(Collectors.joining(", "));
    }

    private void requireTypes(StructType table) {
        require(table, path, Kind.TEXT);
        require(table, root, Kind.TEXT);
        require(table, clip, Kind.TEXT);
        require(table, start, Kind.NUMBER);
        require(table, end, Kind.NUMBER);
        require(table, labels, Kind.LABELS);
        require(table, split, Kind.LABELS);
        require(table, seconds, Kind.NUMBER);
    }

    private static void require(StructType table, int column, Kind kind) {
        if (column < 0) {
            return;
        }
        StructField field = table.apply(column);
        DataType type = field.dataType();
        boolean fits = type instanceof StringType
                || kind != Kind.TEXT && type instanceof NumericType
                || kind == Kind.LABELS && type instanceof ArrayType;
        if (!fits) {
            throw new IllegalArgumentException("column " + PlainText.quote(field.name()) + " is of type "
                    + type.simpleString() + ": it must be a text"
                    + (kind == Kind.NUMBER ? " or a number" : kind == Kind.LABELS ? ", a number or a list" : ""));
        }
    }

    /** The path of a row; null if it has none. */
    public String path(Row row) {
        return text(row, path);
    }

    /** The folder that the path of a row is relative to; null if it has none. */
    public String root(Row row) {
        return text(row, root);
    }

    /** The id of a row; null if it has none. */
    public String clip(Row row) {
        return text(row, clip);
    }

    /** The start of a row in seconds, as decimal digits; null if it has none. */
    public String start(Row row) {
        return number(row, start);
    }

    /** The end of a row in seconds, as decimal digits; null if it has none. */
    public String end(Row row) {
        return number(row, end);
    }

    /** The labels of a row, with lists joined by ';'; null if it has none. */
    public String labels(Row row) {
        return text(row, labels);
    }

    /** The split of a row; null if it has none. */
    public String split(Row row) {
        return text(row, split);
    }

    /** The length of a row's clip in seconds; NaN if the table does not give it. */
    public double seconds(Row row) {
        String text = number(row, seconds);
        if (text == null || text.isBlank()) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(text.strip());
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException(
                "seconds of " + PlainText.quote(text) + ": it must be a number, 0 or more, or null");
    }

    private static String text(Row row, int column) {
        if (column < 0 || row.isNullAt(column)) {
            return null;
        }
        Object value = row.get(column);
        if (value instanceof scala.collection.Seq<?> list) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                all.add(String.valueOf(list.apply(i)));
            }
            return String.join(";", all);
        }
        return value.toString();
    }

    /** Formats a number without an exponent; null for NaN, which some writers use for missing values. */
    private static String number(Row row, int column) {
        if (column < 0 || row.isNullAt(column)) {
            return null;
        }
        Object value = row.get(column);
        return switch (value) {
            case Double d when d.isNaN() -> null;
            case Float f when f.isNaN() -> null;
            case Double d when Double.isFinite(d) -> BigDecimal.valueOf(d).toPlainString();
            case Float f when Float.isFinite(f) -> new BigDecimal(f.toString()).toPlainString();
            case BigDecimal d -> d.toPlainString();
            default -> value.toString();
        };
    }
}
