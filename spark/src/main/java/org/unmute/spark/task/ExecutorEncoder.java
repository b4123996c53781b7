package org.unmute.spark.task;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.CacheKey;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.ModelFiles;
import org.unmute.tensor.backend.Backends;

/**
 * The models that a job computes with: an encoder, and a probe on its tokens. Opened once in the JVM of an executor, or
 * of the driver, and shared by all tasks there. Thread-safe.
 *
 * <p>The models are released when memory is short and no task uses them, so that an application may use several.
 */
public final class ExecutorEncoder {
    private static final Map<ModelFiles, Slot> OPEN = new ConcurrentHashMap<>();

    private final EmbedOptions options;
    private final Opened opened;

    /** Opened files, shared by all options that name the same files. */
    private record Opened(OpenEncoder encoder, Path probe, Backends.Choice backend) {
        static Opened of(ModelFiles files, Configuration configuration) throws IOException {
            HadoopFiles hadoop = new HadoopFiles(configuration);
            Path scratch = scratch();
            Backends.Choice backend = ExecutorBackend.use();
            String file = files.isEmbedded()
                    ? EmbedOptions.EMBEDDED
                    : JobFile.local(files.encoder(), files.shipped(), hadoop, scratch)
                            .toString();
            OpenEncoder encoder = opened(file, files);
            requireSame("encoder", files.encoder(), files.encoderSha256(), encoder.hash());
            if (!files.isEmbedded()) {
                encoder = named(encoder, JobFile.shown(files.encoder()));
            }
            if (files.probe() == null) {
                return new Opened(encoder, null, backend);
            }
            Path probe = JobFile.local(files.probe(), files.shipped(), hadoop, scratch);
            if (files.probeSha256() != null) {
                requireSame("probe", files.probe(), files.probeSha256(), Sha256.of(probe));
            }
            return new Opened(encoder, probe, backend);
        }
    }

    /** Opens the encoder. Error messages name the user's file rather than this machine's copy. */
    private static OpenEncoder opened(String file, ModelFiles files) throws IOException {
        try {
            return OpenEncoder.open(file, files.settings(), files.norm(), KnownDigests.none());
        } catch (IOException | RuntimeException e) {
            Diagnosis diagnosis = Diagnosis.of(e);
            String message = diagnosis.message().replace(file, JobFile.shown(files.encoder()));
            switch (diagnosis.kind()) {
                case USAGE -> throw new SettingsException(message, e);
                case INPUT -> throw new InputException(message, e);
                default -> throw e;
            }
        }
    }

    /** Names the user's file as the encoder's origin, rather than this executor's copy. */
    private static OpenEncoder named(OpenEncoder opened, String name) {
        Map<String, Object> given = new LinkedHashMap<>(opened.options());
        given.put("encoder", name);
        return new OpenEncoder(
                opened.encoder(), opened.hash(), name, opened.norm(), opened.config(), given, opened.unknown());
    }

    /** Opens the files, one thread at a time, and keeps them as long as memory suffices. */
    private static final class Slot {
        private SoftReference<Opened> known = new SoftReference<>(null);

        synchronized Opened get(ModelFiles files, Configuration configuration) throws IOException {
            Opened opened = known.get();
            if (opened == null) {
                opened = Opened.of(files, configuration);
                known = new SoftReference<>(opened);
            }
            return opened;
        }
    }

    private ExecutorEncoder(EmbedOptions options, Opened opened) {
        this.options = options;
        this.opened = opened;
    }

    /**
     * The models that these options describe. Tasks that ask for the same models concurrently wait for the one that
     * opens them.
     *
     * @param configuration Hadoop configuration, to read files that are not local
     * @throws InputException if a file is missing, or differs from the one that the driver saw
     * @throws SettingsException if settings contradict each other or the encoder
     * @throws Backends.UnavailableException if the JVM lacks what the backend needs
     * @throws IOException if a file cannot be read
     */
    public static ExecutorEncoder of(EmbedOptions options, Configuration configuration) throws IOException {
        Slot slot = OPEN.computeIfAbsent(options.files(), _ -> new Slot());
        return new ExecutorEncoder(options, slot.get(options.files(), configuration));
    }

    /** Creates a folder on the executor's own disks, which is deleted when the JVM exits. */
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

    /** The options that were passed to {@link #of}. */
    public EmbedOptions options() {
        return options;
    }

    /** The probe's file, as the user named it; null if there is no probe. */
    public String probe() {
        String probe = options.files().probe();
        return probe == null ? null : JobFile.shown(probe);
    }

    /** The encoder, on the backend that all tasks share. */
    public OpenEncoder encoder() {
        return opened.encoder;
    }

    /** The backend and why it was chosen. */
    public Backends.Choice backend() {
        return opened.backend;
    }

    /** The cache key of the tokens, as they are stored. */
    public CacheKey key() {
        EncoderSpec spec = opened.encoder.encoder().describe();
        return opened.encoder
                .key(options.resampling().name(), options.dtype())
                .withLayers(options.layers() ? spec.depth() : 0);
    }

    /**
     * The head that scores clips: the probe or, without one, the encoder's own head. Reads the probe.
     *
     * @throws InputException if there is neither, or the probe was trained on other tokens
     */
    public ScoringHead head() {
        if (opened.probe == null) {
            return ScoringHead.ofEncoder(opened.encoder);
        }
        try {
            return ScoringHead.ofProbe(opened.probe, opened.encoder, key());
        } catch (InputException e) { // names this machine's copy
            throw new InputException(e.getMessage().replace(opened.probe.toString(), probe()), e);
        }
    }

    /**
     * The setup for detecting events: encoder, probe and rules. Reads the probe.
     *
     * @throws InputException if the probe was trained on other tokens
     * @throws SettingsException if there is no probe, or the rules do not fit it
     * @throws IOException if the probe cannot be read
     */
    public DetectorSetup detector() throws IOException {
        if (opened.probe == null) {
            throw new SettingsException("events are found by a probe: name one with --probe");
        }
        return DetectorSetup.of(
                opened.probe, opened.encoder, options.resampling(), (_, _) -> options.rules(), options.context());
    }
}
