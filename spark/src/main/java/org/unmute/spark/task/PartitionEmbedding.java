package org.unmute.spark.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;

/**
 * Embeds the rows of a partition of a {@code Dataset}: one output clip for each input row, in the same order. Rows are
 * processed in batches.
 */
public final class PartitionEmbedding implements Iterator<EmbeddedClip> {
    /** Rows in a batch, all of which are known while their clips are embedded. */
    private static final int TOGETHER = 1024;

    private final Iterator<Row> rows;
    private final ExecutorEncoder executor;
    private final Set<Kept> kept;
    private final HadoopFiles files;
    /** Rows of the current batch whose clips have not been returned yet. */
    private final Deque<ClipRows.Source> sources = new ArrayDeque<>();
    /** Embedded clips of the batch that have not been returned yet. */
    private final Deque<EmbeddedClip> ready = new ArrayDeque<>();

    private ClipEmbedding embedding;

    /**
     * @param rows rows with the columns of {@link ClipRows}
     * @param kept which results to compute
     * @param hadoop configuration of Hadoop's file systems
     * @throws IOException if the encoder cannot be opened
     */
    public PartitionEmbedding(Iterator<Row> rows, EmbedOptions options, Set<Kept> kept, Configuration hadoop)
            throws IOException {
        this.rows = rows;
        this.kept = kept;
        executor = ExecutorEncoder.of(options, hadoop);
        files = new HadoopFiles(hadoop);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) _ -> close());
    }

    @Override
    public boolean hasNext() {
        return !sources.isEmpty() || rows.hasNext();
    }

    @Override
    public EmbeddedClip next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            if (sources.isEmpty()) {
                begin();
            }
            ClipRows.Source source = sources.removeFirst();
            if (source.error() != null) {
                return new EmbeddedClip(
                        source.clip(), null, 0, null, null, null, List.of(), source.error(), TimeAndPlace.UNKNOWN);
            }
            if (ready.isEmpty()) {
                ready.addAll(embedding.next());
            }
            return ready.removeFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void begin() throws IOException {
        close();
        while (sources.size() < TOGETHER && rows.hasNext()) {
            sources.add(ClipRows.source(rows.next(), files));
        }
        List<PlannedClip> clips = new ArrayList<>();
        sources.stream().filter(s -> s.error() == null).forEach(s -> clips.add(s.clip()));
        embedding = new ClipEmbedding(clips, Map.of(), executor, kept, files);
    }

    private void close() {
        if (embedding != null) {
            embedding.close();
            embedding = null;
        }
    }
}
