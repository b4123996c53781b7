package org.unmute.spark.task;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.data.ClipId;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.probes.cache.ClipSound;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.PlannedClip;

/** Rows of a {@code Dataset} that name clips: path, root, clip, start, end, labels, split. All of them may be null. */
public final class ClipRows {
    /** The columns, in order. */
    public static final List<String> COLUMNS = List.of("path", "root", "clip", "start", "end", "labels", "split");

    private static final int PATH = 0;
    private static final int ROOT = 1;
    private static final int CLIP = 2;
    private static final int START = 3;
    private static final int END = 4;
    private static final int LABELS = 5;
    private static final int SPLIT = 6;

    private ClipRows() {}

    /** The clip of a row, with an error message if the row is not valid. */
    record Source(PlannedClip clip, String error) {}

    /** The clip that a row names. If {@code end} is null, infinite or NaN, the clip ends with its file. */
    static Source source(Row row, HadoopFiles files) {
        String path = row.getString(PATH);
        boolean starts = isNumber(row, START);
        double start = starts ? row.getDouble(START) : 0;
        double end = isNumber(row, END) ? row.getDouble(END) : Double.POSITIVE_INFINITY;
        String id = row.getString(CLIP);
        if (id == null && path != null) {
            boolean part = starts && Double.isFinite(start) && Double.isFinite(end);
            id = part ? ClipId.part(path, start, end) : path;
        }
        String uri = null;
        String error = null;
        if (path == null || path.isEmpty()) {
            error = "the row has no path";
        } else {
            try {
                uri = files.qualified(path, row.getString(ROOT)).toString();
            } catch (IOException e) {
                error = ClipSound.reason(e);
            }
        }
        PlannedClip clip =
                new PlannedClip(id, path, uri, start, end, Double.NaN, row.getString(LABELS), row.getString(SPLIT), "");
        if (error == null) {
            try {
                HadoopAudio.clip(clip);
            } catch (IllegalArgumentException e) {
                error = e.getMessage();
            }
        }
        return new Source(clip, error);
    }

    private static boolean isNumber(Row row, int column) {
        return !row.isNullAt(column) && !Double.isNaN(row.getDouble(column));
    }

    /**
     * Requires a row whose file exists. Computes rows until it finds one.
     *
     * @param what operation to be run on the rows, for a message
     * @throws InputException if there are rows but none of their files exists, so that the recordings must be elsewhere
     */
    public static void requireFiles(String what, Dataset<Row> rows, SerializableConfiguration hadoop) {
        MapPartitionsFunction<Row, Boolean> found = some -> found(some, new HadoopFiles(hadoop.value()));
        if (rows.isStreaming()
                || !rows.mapPartitions(found, Encoders.BOOLEAN()).takeAsList(1).isEmpty()) {
            return;
        }
        List<Row> first = rows.takeAsList(1);
        if (!first.isEmpty()) {
            PlannedClip clip =
                    source(first.getFirst(), new HadoopFiles(hadoop.value())).clip();
            throw new InputException(what + ": the rows name no file that is there: "
                    + (clip.uri() == null
                            ? "the first has no path"
                            : "the first has the path " + PlainText.quote(clip.file()) + ", looked for at "
                                    + PlainText.of(clip.uri()))
                    + ": give absolute paths or URIs, or the folder that they are relative to in a column 'root'");
        }
    }

    /** One element if the file of some row exists, otherwise none. */
    private static Iterator<Boolean> found(Iterator<Row> rows, HadoopFiles files) {
        while (rows.hasNext()) {
            String uri = source(rows.next(), files).clip().uri();
            if (uri != null && isThere(uri, files)) {
                return List.of(true).iterator();
            }
        }
        return List.<Boolean>of().iterator();
    }

    /** Whether a file exists. True if this cannot be determined: the reader of the file will report why. */
    private static boolean isThere(String uri, HadoopFiles files) {
        try {
            files.status(uri);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
