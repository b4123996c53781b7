package org.unmute.spark.grid;

import java.lang.System.Logger.Level;
import java.util.List;
import org.unmute.benchmark.run.BenchmarkHost;
import org.unmute.benchmark.run.ProgressBar;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.files.PlainText;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.Embedding;

/** Connects a benchmark to its task, or to the driver: remarks go to the log, progress to the counters of the job. */
final class TaskHost implements BenchmarkHost {
    private static final System.Logger LOG = System.getLogger("org.unmute");

    private final GridCounts counts;
    private final Runnable check;

    /**
     * @param counts null if nothing is counted
     * @param check called after each epoch and clip
     */
    TaskHost(GridCounts counts, Runnable check) {
        this.counts = counts;
        this.check = check;
    }

    @Override
    public KnownDigests digests() {
        return KnownDigests.none();
    }

    @Override
    public ProgressBar progress(String what, String unit, long total) {
        boolean epochs = unit.equals("epochs");
        return new ProgressBar() {
            @Override
            public void advance(long count, double work) {
                check.run();
                if (epochs && counts != null) {
                    counts.epochs().add(count);
                }
            }

            @Override
            public void skip(long count, double work) {}

            @Override
            public void pass(long count, double work) {
                check.run();
            }

            @Override
            public void remark(String line) {
                tell(line);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Embedding.Listener embedding(String what, List<AudioClip> clips, EncoderSpec encoder) {
        return new Embedding.Listener() {
            @Override
            public void stored(AudioClip clip, boolean before) {
                check.run();
                if (!before && counts != null) {
                    counts.clips().add(1);
                }
            }

            @Override
            public void skipped(AudioClip clip, String reason) {
                LOG.log(Level.WARNING, "{0}: {1}: {2}", what, PlainText.of(clip.id()), PlainText.of(reason));
            }
        };
    }

    @Override
    public void tell(String line) {
        LOG.log(Level.INFO, "{0}", PlainText.of(line));
    }
}
