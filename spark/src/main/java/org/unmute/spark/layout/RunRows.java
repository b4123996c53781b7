package org.unmute.spark.layout;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.unmute.spark.plan.PlannedClip;

/**
 * The rows of the clips that a run did, as they stand in the index.
 *
 * @param rows number of rows
 * @param missing number of clips without a row
 * @param errors number of rows with an error
 * @param examples some of the clips with errors, with the reasons
 * @param odd number of clips of which something about time or place is odd
 * @param oddExamples some of these, with what is odd
 * @param shards the shards that all rows of the index name
 */
public record RunRows(
        int rows,
        int missing,
        int errors,
        List<String> examples,
        int odd,
        List<String> oddExamples,
        Set<String> shards) {
    static RunRows of(Dataset<Row> index, List<PlannedClip> clips, int examples) {
        Set<String> asked = new HashSet<>();
        clips.forEach(clip -> asked.add(clip.clip()));
        Set<String> missing = new HashSet<>(asked);
        Set<String> shards = new TreeSet<>();
        int rows = 0;
        int errors = 0;
        int odd = 0;
        SortedMap<String, String> failed = new TreeMap<>();
        SortedMap<String, String> oddities = new TreeMap<>();
        Iterator<Row> all =
                index.select("clip", "shard", "error", "place_problems").toLocalIterator();
        while (all.hasNext()) {
            Row row = all.next();
            if (!row.isNullAt(1)) {
                shards.add(row.getString(1));
            }
            if (asked.contains(row.getString(0))) {
                rows++;
                missing.remove(row.getString(0));
                errors += note(row, 2, failed, examples);
                odd += note(row, 3, oddities, examples);
            }
        }
        return new RunRows(
                rows,
                missing.size(),
                errors,
                List.copyOf(failed.values()),
                odd,
                List.copyOf(oddities.values()),
                shards);
    }

    private static int note(Row row, int column, SortedMap<String, String> notes, int most) {
        if (row.isNullAt(column)) {
            return 0;
        }
        notes.put(row.getString(0), row.getString(0) + ": " + row.getString(column));
        if (notes.size() > most) {
            notes.pollLastEntry();
        }
        return 1;
    }
}
