package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.unmute.data.MalformedTableException;
import org.unmute.data.ManifestFormat;
import org.unmute.data.TextTable;

/** Groups of recordings that must lie in one split. */
public final class RecordingGroups {
    private final Map<String, String> groupOf = new HashMap<>();
    /** The group with which each merged group was joined. */
    private final Map<String, String> joined = new HashMap<>();

    private RecordingGroups() {}

    /** Makes each recording a separate group. */
    public static RecordingGroups recordings(Collection<String> recordings) {
        RecordingGroups groups = new RecordingGroups();
        recordings.forEach(id -> groups.groupOf.put(id, id));
        return groups;
    }

    /** Makes the recordings of each folder a group. */
    public static RecordingGroups folders(Collection<String> recordings) {
        RecordingGroups groups = new RecordingGroups();
        recordings.forEach(id -> groups.groupOf.put(id, id.substring(0, id.lastIndexOf('/') + 1)));
        return groups;
    }

    /**
     * Groups recordings by their values in a column of a table.
     *
     * @param column      its name, ignoring case
     * @param recordingOf maps a name in the table to a recording; null if it is not among the recordings
     * @throws MalformedTableException  if there is no such column, or a recording has two values
     * @throws IllegalArgumentException if a recording has no value
     */
    public static RecordingGroups column(
            Collection<String> recordings, Path table, String column, UnaryOperator<String> recordingOf)
            throws IOException {
        return column(recordings, table, column, recordingOf, ManifestFormat.AUTO);
    }

    /** As above, for a table with other column names or a header in another line. */
    public static RecordingGroups column(
            Collection<String> recordings,
            Path table,
            String column,
            UnaryOperator<String> recordingOf,
            ManifestFormat format)
            throws IOException {
        RecordingGroups groups = new RecordingGroups();
        try (TextTable rows = TextTable.open(table, format.headerRow())) {
            int value = rows.find(column);
            if (value < 0) {
                throw rows.header("no column " + MalformedTableException.quote(column) + " (--group-by): there are "
                        + rows.columns());
            }
            int file = format.fileColumn() != null
                    ? rows.column(format.fileColumn(), List.of(), "--file-column")
                    : HeadedTable.FILE.stream()
                            .mapToInt(rows::find)
                            .filter(at -> at >= 0)
                            .findFirst()
                            .orElse(-1);
            if (file < 0) {
                file = rows.find("fname");
            }
            if (file < 0) {
                throw rows.header("no column with the file among " + rows.columns());
            }
            int fileColumn = file;
            rows.forEach(row -> {
                String name = row.fields().get(fileColumn);
                String normal = row.place().checked(() -> AnnotationFolder.normal(name));
                String id = recordingOf.apply(normal);
                String group = row.fields().get(value).strip();
                String before = id == null || group.isEmpty() ? null : groups.groupOf.putIfAbsent(id, group);
                if (before != null && !before.equals(group)) {
                    throw row.wrong("recording " + MalformedTableException.quote(name) + " is in the groups "
                            + MalformedTableException.quote(before) + " and " + MalformedTableException.quote(group));
                }
            });
        }
        for (String id : recordings) {
            if (!groups.groupOf.containsKey(id)) {
                throw new IllegalArgumentException("group by " + MalformedTableException.quote(column) + ": recording "
                        + MalformedTableException.quote(id) + " has no value in that column");
            }
        }
        return groups;
    }

    /**
     * Joins the groups of identical recordings.
     *
     * @param same maps each recording to an identical one, or to itself
     */
    public void join(Map<String, String> same) {
        same.forEach((id, other) -> {
            if (groupOf.containsKey(id) && groupOf.containsKey(other)) {
                String a = of(id);
                String b = of(other);
                if (!a.equals(b)) {
                    joined.put(a.compareTo(b) < 0 ? b : a, a.compareTo(b) < 0 ? a : b);
                }
            }
        });
    }

    /** The group of a recording. */
    public String of(String recording) {
        String group = groupOf.get(recording);
        while (joined.containsKey(group)) {
            group = joined.get(group);
        }
        return group;
    }
}
