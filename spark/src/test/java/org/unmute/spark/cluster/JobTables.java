package org.unmute.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** The Parquet tables of a job's folder, read without any classes of this program. */
final class JobTables {
    /** Columns of the index that depend on how clips were divided among tasks, or on when files were copied; {@code events} has a table of its own. */
    private static final Set<String> LEFT_OUT = Set.of("root", "shard", "offset", "stamp", "events");

    private JobTables() {}

    /** All rows of the index by clip; fails if a clip has two. */
    static SortedMap<String, Group> index(Path job) throws IOException {
        SortedMap<String, Group> rows = new TreeMap<>();
        for (Group row : rows(job.resolve("index"))) {
            Group other = rows.put(text(row, "clip"), row);
            if (other != null) {
                throw new AssertionError("two rows of one clip: " + row + other);
            }
        }
        return rows;
    }

    /** Number of usable clips. */
    static long usable(Map<String, Group> index) {
        return index.values().stream().filter(row -> text(row, "error") == null).count();
    }

    /**
     * The rows of the index as text, without columns that depend on the run: two jobs with equal texts gave the same
     * bits.
     */
    static SortedMap<String, String> words(Path job) throws IOException {
        SortedMap<String, String> words = new TreeMap<>();
        index(job).forEach((clip, row) -> words.put(clip, words(row, LEFT_OUT)));
        return words;
    }

    /** All events as text, sorted. */
    static List<String> events(Path job) throws IOException {
        return rows(job.resolve("events")).stream()
                .map(row -> words(row, Set.of()))
                .sorted()
                .toList();
    }

    /** All rows of the table of events. */
    static List<Group> eventRows(Path job) throws IOException {
        return rows(job.resolve("events"));
    }

    private static List<Group> rows(Path folder) throws IOException {
        List<Group> rows = new ArrayList<>();
        for (Path part : parts(folder)) {
            rows.addAll(read(part));
        }
        return rows;
    }

    private static List<Path> parts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList();
        }
    }

    private static List<Group> read(Path file) throws IOException {
        List<Group> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(
                        new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
                .withConf(new Configuration(false))
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static String words(Group row, Set<String> leftOut) {
        StringBuilder words = new StringBuilder();
        for (int field = 0; field < row.getType().getFieldCount(); field++) {
            String name = row.getType().getFieldName(field);
            if (!leftOut.contains(name) && row.getFieldRepetitionCount(field) > 0) {
                words.append(name).append('=');
                words.append(
                        row.getType().getType(field).isPrimitive()
                                ? row.getValueToString(field, 0)
                                : bits(vector(row, name)));
                words.append(' ');
            }
        }
        return words.toString();
    }

    private static String bits(float[] values) {
        StringBuilder text = new StringBuilder();
        for (float value : values) {
            text.append(Integer.toHexString(Float.floatToRawIntBits(value))).append(',');
        }
        return text.toString();
    }

    /** A text column of a row; null if the row has no value. */
    static String text(Group row, String column) {
        return row.getFieldRepetitionCount(column) == 0 ? null : row.getString(column, 0);
    }

    /** A vector column of a row; null if the row has no value. */
    static float[] vector(Group row, String column) {
        if (row.getFieldRepetitionCount(column) == 0) {
            return null;
        }
        Group list = row.getGroup(column, 0);
        float[] values = new float[list.getFieldRepetitionCount(0)];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.getGroup(0, i).getFloat(0, 0);
        }
        return values;
    }
}
