package org.unmute.spark.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import org.unmute.experiments.InputException;
import org.unmute.experiments.SettingsException;
import org.unmute.experiments.detection.DetectorSetup;
import org.unmute.experiments.detection.RecordingDetector;
import org.unmute.experiments.encoder.KnownDigests;
import org.unmute.experiments.encoder.OpenEncoder;
import org.unmute.experiments.scoring.ScoringHead;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.CacheKey;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.tensor.io.Sha256;

/**
 * What a job computes with, opened once in the JVM of an executor, or of the driver, and shared by all its tasks: the
 * encoder, and a probe on its tokens. Thread-safe.
 *
 * <p>It is let go when memory is short and no task uses it, so that an application may use several.
 */
public final class ExecutorEncoder {
    private static final Map<EmbedOptions, Slot> OPEN = new ConcurrentHashMap<>();

    private final EmbedOptions options;
    private final OpenEncoder encoder;
    private final CacheKey key;
    private final Path probe;
    private final String backend;
    private ScoringHead head;
    private DetectorSetup detector;

    /** Opens one at a time, and knows it for as long as there is memory. */
    private static final class Slot {
        private SoftReference<ExecutorEncoder> known = new SoftReference<>(null);

        synchronized ExecutorEncoder get(EmbedOptions options, Configuration configuration) throws IOException {
            ExecutorEncoder encoder = known.get();
            if (encoder == null) {
                encoder = new ExecutorEncoder(options, configuration);
                known = new SoftReference<>(encoder);
            }
            return encoder;
        }
    }

    /**
     * What these options describe. Tasks that ask for the same at once wait for the one that opens it.
     *
     * @param configuration of Hadoop, to read files that are not local
     * @throws InputException if a file is missing, or is not the one that the driver saw
     * @throws IOException if a file cannot be read
     */
    public static ExecutorEncoder of(EmbedOptions options, Configuration configuration) throws IOException {
        return OPEN.computeIfAbsent(options, _ -> new Slot()).get(options, configuration);
    }

    private ExecutorEncoder(EmbedOptions options, Configuration configuration) throws IOException {
        this.options = options;
        HadoopFiles files = new HadoopFiles(configuration);
        Path scratch = scratch();
        backend = ExecutorBackend.use().reason();
        String file = options.encoder().equals(EmbedOptions.EMBEDDED)
                ? EmbedOptions.EMBEDDED
                : JobFile.local(options.encoder(), options.shipped(), files, scratch)
                        .toString();
        encoder = OpenEncoder.open(file, options.settings(), options.norm(), KnownDigests.none());
        requireSame("encoder", options.encoder(), options.encoderSha256(), encoder.hash());
        EncoderSpec spec = encoder.encoder().describe();
        key = encoder.key(options.resampling().name(), options.dtype()).withLayers(options.layers() ? spec.depth() : 0);
        probe = options.probe() == null ? null : JobFile.local(options.probe(), options.shipped(), files, scratch);
        if (probe != null && options.probeSha256() != null) {
            requireSame("probe", options.probe(), options.probeSha256(), Sha256.of(probe));
        }
    }

    /** A new folder on the executor's own disks, which goes with the JVM. */
    static Path scratch() {
        return Utils.createTempDir(Utils.getLocalDir(SparkEnv.get().conf()), "unmute")
                .toPath();
    }

    private static void requireSame(String what, String file, String wanted, String found) {
        if (wanted != null && !wanted.equals(found)) {
            throw new InputException("open the " + what + " " + file + ": this machine has a file with SHA-256 " + found
                    + ", the job was planned with " + wanted + ": put the same file in the same place on all machines,"
                    + " on a file system that all of them see, or let --ship send it");
        }
    }

    /** The encoder, on the backend that all tasks share. */
    public OpenEncoder encoder() {
        return encoder;
    }

    /** The cache key of its tokens as they are stored. */
    public CacheKey key() {
        return key;
    }

    /** SHA-256 of the probe's file, lower-case hexadecimal; null without a probe. */
    public String probeSha256() throws IOException {
        return probe == null ? null : Sha256.of(probe);
    }

    /** What it computes with, in one line. */
    public String backend() {
        return backend;
    }

    /**
     * What scores clips: the probe, or without one the encoder's own head.
     *
     * @throws InputException if there is neither, or the probe was trained on other tokens
     */
    public synchronized ScoringHead head() {
        if (head == null) {
            head = probe == null ? ScoringHead.ofEncoder(encoder) : ScoringHead.ofProbe(probe, encoder, key);
        }
        return head;
    }

    /**
     * Finds events with the probe.
     *
     * @throws InputException if the probe was trained on other tokens
     * @throws SettingsException if there is no probe, or the rules do not fit it
     */
    public RecordingDetector detector() {
        return detectorSetup().detector();
    }

    /** Encoder, probe and rules, with what events depend on. */
    public synchronized DetectorSetup detectorSetup() {
        if (probe == null) {
            throw new SettingsException("events are found by a probe: name one with --probe");
        }
        if (detector == null) {
            try {
                detector =
                        DetectorSetup.of(probe, encoder, options.resampling(), _ -> options.rules(), options.context());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return detector;
    }

    /** The options that it was opened with. */
    public EmbedOptions options() {
        return options;
    }
}
