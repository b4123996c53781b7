package org.unmute.spark.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.unmute.data.LabelledClip;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.Place;
import org.unmute.data.TextTable;
import org.unmute.files.PlainText;
import org.unmute.spark.plan.PlannedClip;

/** Reads manifests: CSV, TSV, Parquet, and files with one path per line. */
final class RecordingList {
    private final HadoopFiles files;
    private final String uri;
    private final ManifestRows rows;

    /**
     * @param uri URI of the manifest
     * @param root folder that paths in the manifest are relative to
     * @param given whether the user named {@code root}, which then applies even to rows that state a root
     */
    RecordingList(HadoopFiles files, String uri, RecordingRoot root, boolean given) {
        this.files = files;
        this.uri = uri;
        this.rows = new ManifestRows(root, given);
    }

    /** Reads a CSV or TSV file. */
    List<PlannedClip> table() throws IOException {
        Path name = UriPath.of(uri);
        try (TextTable table = TextTable.of(name, stream())) {
            int path = table.oneOf(Manifest.FILE_COLUMNS);
            int start = table.find("start");
            int end = table.find("end");
            int seconds = table.find("seconds");
            boolean parts = start >= 0 && end >= 0;
            boolean unknown = table.find("labels") >= 0 && table.find(LabelledClip.UNKNOWN_COLUMN) >= 0;
            try {
                RowColumns.requireKnown(unknown);
            } catch (IllegalArgumentException e) {
                throw table.header(e.getMessage());
            }
            table.forEach(row -> add(
                    row.place(),
                    new ManifestRows.Row(
                            row.text("clip", null),
                            row.fields().get(path),
                            row.text("root", null),
                            parts ? row.number(start) : null,
                            parts ? row.number(end) : null,
                            row.text("labels", null),
                            row.text("split", null),
                            seconds < 0 ? Double.NaN : length(row, seconds))));
        } catch (MalformedTableException e) {
            throw malformed(name, e);
        }
        return rows.clips();
    }

    private static double length(TextTable.Row row, int column) throws MalformedTableException {
        String text = row.number(column).strip();
        if (text.isEmpty()) {
            return Double.NaN;
        }
        if (!text.matches("\\d+(\\.\\d+)?")) {
            throw row.wrong(
                    "seconds of " + MalformedTableException.quote(text) + ": it must be a number, 0 or more, or empty");
        }
        return Double.parseDouble(text);
    }

    /** Reads a file with one path per line. */
    List<PlannedClip> lines() throws IOException {
        Path name = UriPath.of(uri);
        try (LineReader lines = LineReader.of(name, stream())) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                add(lines.place(), new ManifestRows.Row(null, line, null, null, null, null, null, Double.NaN));
            }
        } catch (MalformedTableException e) {
            throw malformed(name, e);
        }
        return rows.clips();
    }

    private void add(Place place, ManifestRows.Row row) throws MalformedTableException {
        try {
            rows.add(Math.toIntExact(place.line()), "line", row);
        } catch (IllegalArgumentException e) {
            throw place.wrong(e.getMessage());
        }
    }

    private InputStream stream() throws IOException {
        return Channels.newInputStream(files.open(uri, HadoopFiles.Reading.ALL));
    }

    /** Replaces the path that represents the manifest by its URI. */
    private MalformedManifestException malformed(Path name, MalformedTableException e) {
        return new MalformedManifestException(
                PlainText.of(uri) + e.getMessage().substring(name.toString().length()), e);
    }

    /** Reads a Parquet file, or a folder of Parquet files written by one job. */
    List<PlannedClip> parquet(SparkSession spark) throws IOException {
        String file = uri.substring(uri.lastIndexOf('/') + 1);
        if (file.startsWith("_") || file.startsWith(".")) {
            throw new MalformedManifestException(
                    PlainText.of(uri) + ": Spark reads no tables whose names begin with '_' or '.': rename it", null);
        }
        try {
            add(spark.read().parquet(HadoopFiles.literally(uri)));
        } catch (Exception e) { // Spark throws undeclared checked exceptions
            throw e instanceof IOException io ? io : unreadable(e);
        }
        return rows.clips();
    }

    private MalformedManifestException unreadable(Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new MalformedManifestException(
                PlainText.of(uri) + ": Spark cannot read it as Parquet: "
                        + PlainText.of(reason.lines().findFirst().orElse("")),
                e);
    }

    private void add(Dataset<Row> table) throws IOException {
        int at = 0;
        try {
            RowColumns columns = RowColumns.of(table.schema());
            // One partition at a time: Spark's rows take several times the memory of clips.
            for (Iterator<Row> all = table.toLocalIterator(); all.hasNext(); ) {
                Row row = all.next();
                at++;
                rows.add(
                        at,
                        "row",
                        new ManifestRows.Row(
                                columns.clip(row),
                                columns.path(row),
                                columns.root(row),
                                columns.start(row),
                                columns.end(row),
                                columns.labels(row),
                                columns.split(row),
                                columns.seconds(row)));
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedManifestException(
                    PlainText.of(uri) + (at == 0 ? "" : ", row " + at) + ": " + e.getMessage(), e);
        }
    }

    /** Whether the name of a file or folder is that of a Parquet table. */
    static boolean isParquet(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".parquet");
    }
}
