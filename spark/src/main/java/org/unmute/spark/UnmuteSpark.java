package org.unmute.spark;

import java.io.IOException;
import java.util.Iterator;
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
import org.unmute.spark.task.ClipRows;
import org.unmute.spark.task.EmbeddedClip;
import org.unmute.spark.task.ExecutorEncoder;
import org.unmute.spark.task.JobFiles;
import org.unmute.spark.task.PartitionEmbedding;

/**
 * Encoders, probes and detectors as transformations of {@code Dataset}s of clips.
 *
 * <p>A row names a clip by the columns {@code path} (that Hadoop opens), and, if they are there, {@code root} (the
 * folder of paths that are relative), {@code clip} (an id), {@code start} and {@code end} (in seconds; null or infinite
 * for the end of the file), {@code labels} (a string, or a list of them) and {@code split}, which are passed on. The
 * index of a job has these columns, and so have the results here. One row in gives one row out, in order: with an error
 * in words, if the clip could not be used. Nothing is written; rows are computed when and as often as Spark needs them,
 * so that a result that is used twice is best persisted. Clips of a file are read together where they follow each other
 * in a partition.
 *
 * <p>What would fail for every row fails when the {@code Dataset} is made, on the driver: encoder and probe are opened
 * there, and rows, unless they are a stream, are computed until the file of one is there.
 *
 * <p>All tasks of an executor share one encoder, which is opened by the first. Files of encoder and probe must be
 * readable under their path by driver and executors, unless the options say that they are shipped.
 */
public final class UnmuteSpark {
    private UnmuteSpark() {}

    /**
     * Tokens of clips, with their pooled vectors.
     *
     * @throws SettingsException if a column is missing, or settings contradict each other
     * @throws InputException if the encoder is none that can be used, or no row's file is there
     * @throws IOException if the encoder's file cannot be read
     */
    public static Dataset<ClipTokens> embed(Dataset<Row> clips, EmbedOptions options) throws IOException {
        return map("embed", clips, options, Set.of(Kept.TOKENS, Kept.POOLED), ClipTokens::new, ClipTokens.class);
    }

    /**
     * Scores of clips, by a probe or, without one, by the encoder's own head.
     *
     * @throws SettingsException if a column is missing, or settings contradict each other
     * @throws InputException if encoder or probe cannot be used or do not fit each other, there is neither a probe nor
     *     a head of the encoder's own, or no row's file is there
     * @throws IOException if a file of encoder or probe cannot be read
     */
    public static Dataset<ClipScores> tag(Dataset<Row> clips, EmbedOptions options) throws IOException {
        return map("tag", clips, options, Set.of(Kept.SCORES), ClipScores::new, ClipScores.class);
    }

    /**
     * Events in clips, that a probe finds.
     *
     * @throws SettingsException if a column is missing, there is no probe, or settings contradict each other
     * @throws InputException if encoder or probe cannot be used or do not fit each other, or no row's file is there
     * @throws IOException if a file of encoder or probe cannot be read
     */
    public static Dataset<ClipEvents> detect(Dataset<Row> clips, EmbedOptions options) throws IOException {
        if (options.files().probe() == null) {
            throw new SettingsException("detect: events are found by a probe: name one in the options");
        }
        return map("detect", clips, options, Set.of(Kept.EVENTS), ClipEvents::new, ClipEvents.class);
    }

    /**
     * Names of the classes of {@link #tag}, in the order of scores. Opens the encoder on the driver.
     *
     * @throws IOException if a file of encoder or probe cannot be read
     */
    public static List<String> classes(SparkSession spark, EmbedOptions options) throws IOException {
        EmbedOptions found = JobFiles.found(spark, options);
        return ExecutorEncoder.of(found, spark.sparkContext().hadoopConfiguration())
                .head()
                .classes();
    }

    /** Makes a row of what became of a clip. */
    private interface Output<T> extends java.io.Serializable {
        T of(EmbeddedClip clip);
    }

    private static <T> Dataset<T> map(
            String what, Dataset<Row> clips, EmbedOptions options, Set<Kept> kept, Output<T> output, Class<T> type)
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
        MapPartitionsFunction<Row, T> embed = rows -> {
            Iterator<EmbeddedClip> embedded = new PartitionEmbedding(rows, found, kept, hadoop.value());
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return embedded.hasNext();
                }

                @Override
                public T next() {
                    return output.of(embedded.next());
                }
            };
        };
        return named.mapPartitions(embed, Encoders.bean(type));
    }

    /** The columns of {@link ClipRows}, null where there is none. */
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

    /** A list as one text; without a list none. */
    private static Column joined(Column list) {
        return functions.when(list.isNotNull(), functions.concat_ws(";", list));
    }
}
