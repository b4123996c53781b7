package org.unmute.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Class names in the order of a probe's outputs. Immutable. */
public final class LabelSet {
    private static final List<String> LABEL_COLUMNS = List.of("display_name", "label", "name", "class", "category");

    private final List<String> names;
    private final Map<String, Integer> indices;

    private LabelSet(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("label set: no classes: at least one is needed");
        }
        this.names = List.copyOf(names);
        indices = HashMap.newHashMap(names.size());
        for (int i = 0; i < names.size(); i++) {
            if (indices.putIfAbsent(names.get(i), i) != null) {
                throw new IllegalArgumentException(
                        "label set: class " + MalformedTableException.quote(names.get(i)) + " is there twice");
            }
        }
    }

    /**
     * A set of these names in this order.
     *
     * @throws IllegalArgumentException if there are no names, or a name is repeated
     */
    public static LabelSet of(List<String> names) {
        return new LabelSet(names);
    }

    /**
     * The distinct names in lexicographic order, so that the order of the rows does not matter. At least one is
     * required.
     */
    public static LabelSet union(Collection<String> names) {
        return new LabelSet(List.copyOf(new TreeSet<>(names)));
    }

    /**
     * Reads a vocabulary. A {@code .csv} or {@code .tsv} has a header with a column display_name, label, name, class or
     * category (AudioSet's {@code index,mid,display_name}), or rows that begin with a number and the name (FSD50K's
     * {@code 0,Accordion,/m/0mkg}), or a single column. Any other file has one name per line; surrounding blanks are
     * stripped.
     *
     * @throws MalformedTableException if it is malformed, or names a class twice
     */
    public static LabelSet read(Path file) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        Set<String> names = new LinkedHashSet<>();
        if (name.endsWith(".csv") || name.endsWith(".tsv")) {
            readTable(file, names);
        } else {
            try (LineReader lines = LineReader.open(file)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    add(lines.place(), line.strip(), names);
                }
            }
        }
        if (names.isEmpty()) {
            throw new Place(file, 0).wrong("no class names in the file");
        }
        return new LabelSet(List.copyOf(names));
    }

    private static void readTable(Path file, Set<String> names) throws IOException {
        try (CsvReader rows = CsvReader.open(file)) {
            List<String> row = rows.next();
            if (row == null) {
                return;
            }
            int fields = row.size();
            int column = headerColumn(row);
            if (column >= 0) {
                row = rows.next();
            } else if (fields == 1) {
                column = 0;
            } else if (row.getFirst().matches("\\d+")) {
                column = 1;
            } else {
                throw new Place(file, 1)
                        .wrong("no column with class names: name one of the columns "
                                + String.join(", ", LABEL_COLUMNS));
            }
            for (; row != null; row = rows.next()) {
                if (row.size() != fields) {
                    throw rows.place().wrong("the row has " + row.size() + " fields, the first " + fields);
                }
                add(rows.place(), row.get(column).strip(), names);
            }
        }
    }

    private static int headerColumn(List<String> row) {
        for (String wanted : LABEL_COLUMNS) {
            int at = TextTable.indexOf(row, wanted);
            if (at >= 0) {
                return at;
            }
        }
        return -1;
    }

    private static void add(Place place, String name, Set<String> names) throws MalformedTableException {
        if (name.isEmpty()) {
            throw place.wrong("an empty class name");
        }
        if (!names.add(name)) {
            throw place.wrong("class " + MalformedTableException.quote(name) + " is there twice");
        }
    }

    /** Number of classes. */
    public int size() {
        return names.size();
    }

    /** All names in order. */
    public List<String> names() {
        return names;
    }

    /** Name of a class. */
    public String name(int index) {
        return names.get(index);
    }

    /** Index of a class; -1 for an unknown name. */
    public int indexOf(String name) {
        return indices.getOrDefault(name, -1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSet set && set.names.equals(names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return names.toString();
    }
}
