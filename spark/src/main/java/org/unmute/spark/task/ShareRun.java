package org.unmute.spark.task;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.layout.ShareTarget;
import org.unmute.spark.layout.ShareWriter;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.Packed;
import org.unmute.spark.plan.TaskShare;
import org.unmute.spark.table.ClipRow;
import org.unmute.spark.table.WhenAndWhere;

/**
 * A task of the job: embeds the clips of its share and writes their results. Sent from the driver to every task.
 *
 * @param options settings that results depend on
 * @param target where files go, and which results are kept
 * @param hadoop configuration of Hadoop's file systems
 * @param counters progress of the job
 */
public record ShareRun(
        EmbedOptions options, ShareTarget target, SerializableConfiguration hadoop, ClipCounters counters)
        implements Serializable {
    private static final int EXAMPLES = 5;

    /**
     * Runs a share.
     *
     * @param packed a {@link TaskShare}, from {@link Packed#of}
     * @return a {@link ShareOutcome}, from {@link Packed#of}
     * @throws IOException if a disk, the storage of recordings or the folder of the job fails
     */
    public byte[] run(TaskContext task, byte[] packed) throws IOException {
        TaskShare share = Packed.open(packed, TaskShare.class);
        Configuration configuration = hadoop.value();
        ExecutorEncoder encoder = ExecutorEncoder.of(options, configuration);
        counters.rate().begin();
        List<String> examples = new ArrayList<>();
        List<String> oddExamples = new ArrayList<>();
        int odd = 0;
        try (ShareWriter writer = ShareWriter.open(
                        target,
                        share.number(),
                        Long.toString(task.taskAttemptId()),
                        ExecutorEncoder.scratch(),
                        encoder.key(),
                        configuration);
                ClipEmbedding embedding = new ClipEmbedding(
                        share.clips(), share.sha256(), encoder, target.kept(), new HadoopFiles(configuration))) {
            while (embedding.hasNext()) {
                for (EmbeddedClip clip : embedding.next()) {
                    ClipRow row = writer.add(row(clip), clip.features(), clip.events(), length(clip));
                    counters.add(row.error() == null, clip.seconds());
                    if (row.error() != null && examples.size() < EXAMPLES) {
                        examples.add(row.clip() + ": " + row.error());
                    }
                    if (row.oddities() != null && odd++ < EXAMPLES) {
                        oddExamples.add(row.clip() + ": " + row.oddities());
                    }
                }
                requireWanted(task);
            }
            return Packed.of(new ShareOutcome(writer.finish(), examples, odd, oddExamples));
        }
    }

    private static double length(EmbeddedClip clip) {
        return clip.error() == null ? clip.seconds() : 0;
    }

    /**
     * Requires that the task is still wanted: if another attempt won or the job was cancelled, there is nothing to
     * finish.
     */
    private static void requireWanted(TaskContext task) {
        if (task.isInterrupted()) {
            throw new TaskKilledException();
        }
    }

    private ClipRow row(EmbeddedClip from) {
        ClipRow row = new ClipRow(from.clip().origin(), from.sha256(), from.pooled(), from.scores(), from.error());
        if (!target.kept().contains(Kept.EVENTS)) {
            return row;
        }
        double start = from.clip().start();
        List<String> odd = from.place().problems();
        return row.with(
                WhenAndWhere.of(from.place(), start, start + from.seconds()),
                odd.isEmpty() ? null : String.join("; ", odd));
    }
}
