package org.unmute.spark;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.table.ResultColumns;
import org.unmute.spark.task.ClipRows;
import org.unmute.spark.task.ClipTask;
import org.unmute.spark.task.ExecutorEncoder;
import org.unmute.spark.task.JobFiles;

/**
 * Encoders, probes and detectors as transformations of {@code Dataset}s of clips.
 *
 * <p>A row names a clip by the column {@code path} (which Hadoop opens) and, if present, {@code root} (the folder of
 * relative paths), {@code clip} (an id), {@code start} and {@code end} (in seconds; null or infinite for the end of the
 * file), {@code labels} (a string, or a list of strings) and {@code split}, all of which are passed through to the
 * results. The index of a job has the same columns, and results are columns of its names. Each input row gives one
 * output row, in order, with an error message if the clip could not be used. Nothing is written. Spark computes
 * rows whenever it needs them, possibly several times, so a result that is used twice is best persisted. Clips of
 * one file are read together if they are adjacent in a partition.
 *
 * <p>Problems that would fail every row are thrown on the driver when the {@code Dataset} is created: encoder and probe
 * are opened there, and rows, unless they are a stream, are computed until one is found whose file exists.
 *
 * <p>All tasks of an executor share one encoder, which the first task opens. Encoder and probe files must be readable
 * under the same path by driver and executors, unless the options say that they are shipped.
 */
public final class UnmuteSpark {
    private UnmuteSpark() {}

    /**
     * Computes the tokens of clips and their pooled vectors: columns {@code time}, {@code freq}, {@code dim} (0 if
     * there was an error), {@code padding} (time steps at the end that are padding), {@code tokens} ({@code [time *
     * freq, dim]}, row after row), {@code cls_token} ({@code [dim]}; null if the encoder has none) and {@code
     * pooled} ({@code [dim]}).
     *
     * @throws SettingsException if a column is missing, or settings contradict each other
     * @throws InputException if the encoder cannot be used, or none of the rows' files exists
     * @throws IOException if the encoder's file cannot be read
     */
    public static Dataset<Row> embed(Dataset<Row> clips, EmbedOptions options) throws IOException {
        return map("embed", clips, options, Set.of(Kept.TOKENS, Kept.POOLED), ResultColumns.TOKENS);
    }

    /**
     * Scores clips with a probe or, without one, with the encoder's own head: column {@code scores}, one for each class
     * in the order of {@link #classes}, bit for bit those of {@code unmute tag}: in [0, 1], calibrated if the probe
     * learned a calibration; the encoder's own head gives logits. {@code raw_scores} are those before calibration; null
     * if there is none.
     *
     * @throws SettingsException if a column is missing, or settings contradict each other
     * @throws InputException if encoder or probe cannot be used or do not fit each other, there is no probe and the
     *     encoder has no head, or none of the rows' files exists
     * @throws IOException if an encoder or probe file cannot be read
     */
    public static Dataset<Row> tag(Dataset<Row> clips, EmbedOptions options) throws IOException {
        return map("tag", clips, options, Set.of(Kept.SCORES), ResultColumns.SCORES);
    }

    /**
     * Detects events in clips with a probe: column {@code events}, a list of structs with {@code label}, {@code onset},
     * {@code offset} and {@code peak} in seconds from the start of the file, {@code low} and {@code high} in Hz, {@code
     * score}, {@code begin_datetime} and {@code end_datetime}; of a damaged clip those before the damage.
     *
     * @throws SettingsException if a column is missing, there is no probe, or settings contradict each other
     * @throws InputException if encoder or probe cannot be used or do not fit each other, or none of the rows' files
     *     exists
     * @throws IOException if an encoder or probe file cannot be read
     */
    public static Dataset<Row> detect(Dataset<Row> clips, EmbedOptions options) throws IOException {
        if (options.files().probe() == null) {
            throw new SettingsException("detect: events are found by a probe: name one in the options");
        }
        return map("detect", clips, options, Set.of(Kept.EVENTS), ResultColumns.EVENTS);
    }

    /**
     * Names of the classes that {@link #tag} scores, in the order of the scores. Opens the encoder on the driver.
     *
     * @throws IOException if an encoder or probe file cannot be read
     */
    public static List<String> classes(SparkSession spark, EmbedOptions options) throws IOException {
        EmbedOptions found = JobFiles.found(spark, options);
        return ExecutorEncoder.of(found, spark.sparkContext().hadoopConfiguration())
                .head()
                .classes();
    }

    private static Dataset<Row> map(
            String what, Dataset<Row> clips, EmbedOptions options, Set<Kept> kept, ResultColumns columns)
            throws IOException {
        SparkSession spark = clips.sparkSession();
        Dataset<Row> named = clips.select(columns(clips));
        EmbedOptions found = JobFiles.found(spark, options);
        SerializableConfiguration hadoop =
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        ExecutorEncoder encoder = ExecutorEncoder.of(found, hadoop.value());
        if (!kept.contains(Kept.TOKENS)) {
            encoder.head();
        }
        if (kept.contains(Kept.EVENTS)) {
            encoder.detector();
        }
        ClipRows.requireFiles(what, named, hadoop);
        ClipTask task = new ClipTask(found, kept, columns, hadoop, null);
        MapPartitionsFunction<Row, Row> results = task::ofRows;
        return named.mapPartitions(results, Encoders.row(columns.schema()));
    }

    /** The columns of {@link ClipRows}, with null for those that are absent. */
    private static Column[] columns(Dataset<Row> clips) {
        if (!List.of(clips.columns()).contains("path")) {
            throw new SettingsException("the rows have no column 'path', which names the recordings; there are "
                    + String.join(", ", clips.columns()));
        }
        return ClipRows.COLUMNS.stream()
                .map(name -> column(clips, name, Set.of("start", "end").contains(name) ? "double" : "string"))
                .toArray(Column[]::new);
    }

    private static Column column(Dataset<Row> clips, String name, String type) {
        for (StructField field : clips.schema().fields()) {
            if (field.name().equals(name)) {
                Column column = clips.col("`" + name + "`");
                return (field.dataType() instanceof ArrayType ? joined(column) : column.cast(type)).as(name);
            }
        }
        return functions.lit(null).cast(type).as(name);
    }

    /** Joins a list into one string; null for a null list. */
    private static Column joined(Column list) {
        return functions.when(list.isNotNull(), functions.concat_ws(";", list));
    }
}
