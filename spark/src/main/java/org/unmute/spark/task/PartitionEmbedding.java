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
import org.apache.spark.TaskKilledException;
import org.apache.spark.util.TaskCompletionListener;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipOutcome;

/**
 * Embeds the clips of a partition: one outcome for each clip, in the same order. Clips are processed in batches.
 */
final class PartitionEmbedding implements Iterator<ClipOutcome> {
    /** Clips in a batch, all of which are known while they are embedded. */
    private static final int TOGETHER = 1024;

    private final Iterator<ClipRows.Source> clips;
    private final ExecutorEncoder executor;
    private final Set<Kept> kept;
    private final Map<String, String> sha256;
    private final HadoopFiles files;
    /** Clips of the current batch that have not been returned yet. */
    private final Deque<ClipRows.Source> sources = new ArrayDeque<>();
    /** Outcomes of the batch that have not been returned yet. */
    private final Deque<ClipOutcome> ready = new ArrayDeque<>();

    private ClipEmbedding embedding;

    /**
     * @param kept which results to compute
     * @param sha256 digests of files that are known, by URI
     * @param hadoop configuration of Hadoop's file systems
     * @throws IOException if the encoder cannot be opened
     */
    PartitionEmbedding(
            Iterator<ClipRows.Source> clips,
            EmbedOptions options,
            Set<Kept> kept,
            Map<String, String> sha256,
            Configuration hadoop)
            throws IOException {
        this.clips = clips;
        this.kept = kept;
        this.sha256 = sha256;
        executor = ExecutorEncoder.of(options, hadoop);
        files = new HadoopFiles(hadoop);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) _ -> close());
    }

    /** The encoder of this executor. */
    ExecutorEncoder executor() {
        return executor;
    }

    @Override
    public boolean hasNext() {
        return !sources.isEmpty() || clips.hasNext();
    }

    @Override
    public ClipOutcome next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (TaskContext.get().isInterrupted()) {
            throw new TaskKilledException(); // another attempt won, or the job was cancelled
        }
        try {
            if (sources.isEmpty()) {
                begin();
            }
            ClipRows.Source source = sources.removeFirst();
            if (source.error() != null) {
                return ClipOutcome.failed(
                        source.clip(), source.error(), kept.contains(Kept.EVENTS) ? TimeAndPlace.UNKNOWN : null);
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
        while (sources.size() < TOGETHER && clips.hasNext()) {
            sources.add(clips.next());
        }
        List<PlannedClip> usable = new ArrayList<>();
        sources.stream().filter(s -> s.error() == null).forEach(s -> usable.add(s.clip()));
        embedding = new ClipEmbedding(usable, sha256, executor, kept, files);
    }

    private void close() {
        if (embedding != null) {
            embedding.close();
            embedding = null;
        }
    }
}
