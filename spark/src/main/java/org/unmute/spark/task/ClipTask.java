package org.unmute.spark.task;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.layout.ShardWriter;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.Packed;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipOutcome;
import org.unmute.spark.table.ResultColumns;

/**
 * The work of a task: a row of results for each clip of its partition. Sent from the driver to every task.
 *
 * @param options settings that results depend on
 * @param kept which results to compute
 * @param columns the columns of the rows
 * @param hadoop configuration of Hadoop's file systems
 * @param job the job whose folder the rows are for; null for a transformation
 */
public record ClipTask(
        EmbedOptions options, Set<Kept> kept, ResultColumns columns, SerializableConfiguration hadoop, Job job)
        implements Serializable {
    /**
     * What the tasks of a job share.
     *
     * @param folder the folder of the job, as an unescaped URI
     * @param run name of the run, of lower-case letters and digits
     * @param first number of the first task's shard
     * @param sha256 digests by URI of files whose clips several tasks have
     * @param counters progress of the job
     * @param written receives name, bytes and SHA-256 of every file of tokens, separated by blanks
     */
    public record Job(
            String folder,
            String run,
            int first,
            Map<String, String> sha256,
            ClipCounters counters,
            CollectionAccumulator<String> written)
            implements Serializable {}

    /** The results of rows with the columns of {@link ClipRows}. */
    public Iterator<Row> ofRows(Iterator<Row> rows) throws IOException {
        HadoopFiles files = new HadoopFiles(hadoop.value());
        return results(stream(rows).map(row -> ClipRows.source(row, files)).iterator());
    }

    /** The results of clips from {@link #pack}. */
    public Iterator<Row> ofPacked(Iterator<byte[]> packed) throws IOException {
        return results(stream(packed)
                .flatMap(some -> Stream.of(Packed.open(some, PlannedClip[].class)))
                .map(clip -> new ClipRows.Source(clip, null))
                .iterator());
    }

    /** Packs the clips of a task. */
    public static byte[] pack(Iterable<PlannedClip> clips) {
        var all = new ArrayList<PlannedClip>();
        clips.forEach(all::add);
        return Packed.of(all.toArray(PlannedClip[]::new));
    }

    private static <T> Stream<T> stream(Iterator<T> all) {
        Iterable<T> once = () -> all;
        return StreamSupport.stream(once.spliterator(), false);
    }

    private Iterator<Row> results(Iterator<ClipRows.Source> sources) throws IOException {
        Configuration configuration = hadoop.value();
        Map<String, String> known = job == null ? Map.of() : job.sha256;
        PartitionEmbedding clips = new PartitionEmbedding(sources, options, kept, known, configuration);
        if (job == null) {
            return new Results(clips, null);
        }
        ShardWriter shard = null;
        if (kept.contains(Kept.TOKENS)) {
            TaskContext task = TaskContext.get();
            shard = ShardWriter.open(
                    job.folder,
                    job.run,
                    job.first + task.partitionId(),
                    task.taskAttemptId(),
                    ExecutorEncoder.scratch(),
                    clips.executor().key(),
                    configuration);
            ShardWriter opened = shard;
            task.addTaskCompletionListener((TaskCompletionListener) _ -> {
                try {
                    opened.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return new Results(clips, shard);
    }

    /** Rows, of which the last is followed by the upload of the shard that they name. */
    private final class Results implements Iterator<Row> {
        private final PartitionEmbedding clips;
        private ShardWriter shard;

        /** @param shard null if no tokens are stored */
        Results(PartitionEmbedding clips, ShardWriter shard) {
            this.clips = clips;
            this.shard = shard;
        }

        @Override
        public boolean hasNext() {
            boolean more = clips.hasNext();
            if (!more && shard != null) {
                ShardWriter whole = shard;
                shard = null;
                try {
                    whole.finish(file -> job.written.add(file.name() + " " + file.bytes() + " " + file.sha256()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e.getMessage(), e);
                }
            }
            return more;
        }

        @Override
        public Row next() {
            ClipOutcome clip = clips.next();
            try {
                clip = shard == null ? clip : shard.store(clip);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
            if (job != null) {
                job.counters.add(clip.error() == null, clip.seconds());
            }
            return columns.row(clip);
        }
    }
}
