package org.unmute.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.unmute.cli.console.CommandException;
import org.unmute.experiments.benchmark.BenchmarkEncoder;
import org.unmute.experiments.provenance.CacheOrigin;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderWarmUp;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.NormPreset;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;
import org.unmute.tensor.io.Sha256;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that select an encoder and its front end. Defaults are those of the encoder's authors. */
public final class EncoderOptions {
    /** The name of the built-in encoder. */
    public static final String EMBEDDED = "embedded";

    /** For completion and help. */
    static final class ModelNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        ModelNames() {
            super(Encoders.providers().stream().map(EncoderProvider::name).toList());
        }
    }

    /** For completion and help. */
    static final class PresetLabels extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        PresetLabels() {
            super(NormPreset.labels());
        }
    }

    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            defaultValue = EMBEDDED,
            description = "Checkpoint of the encoder, as its authors or Hugging Face give it, or what 'unmute pretrain'"
                    + " wrote; '"
                    + EMBEDDED + "' is the small one in the program (default: ${DEFAULT-VALUE}).")
    private String encoder;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            completionCandidates = ModelNames.class,
            description = "Kind of encoder, if the file's tensors do not determine it: ${COMPLETION-CANDIDATES}.")
    private String model;

    @Mixin
    private WindowOptions window;

    @Option(
            names = "--norm",
            paramLabel = "PRESET",
            completionCandidates = PresetLabels.class,
            description =
                    "Statistics of the log mel energies of a data set in place of the pre-training data's, and the"
                            + " window of that recipe unless --frames or --window is given: ${COMPLETION-CANDIDATES}.")
    private String norm;

    @Option(
            names = "--norm-mean",
            paramLabel = "X",
            description = "Mean of the log mel energies (default: the authors').")
    private Double mean;

    @Option(names = "--norm-std", paramLabel = "X", description = "Their standard deviation (default: the authors').")
    private Double std;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Attention heads (default: the authors' at this width, one per 64 channels).")
    private Integer heads;

    @Option(
            names = "--encoder-rate",
            paramLabel = "HZ",
            description =
                    "Sample rate of the front end, for encoders that are used with several, such as ASiT (default: the"
                            + " authors').")
    private Integer rate;

    @Option(
            names = "--hop",
            paramLabel = "SECONDS",
            description =
                    "From the start of one window of a long recording to the next; tokens of overlapping windows are"
                            + " averaged (default: windows follow each other).")
    private Double hop;

    @Option(
            names = "--front-end",
            paramLabel = "NAME",
            defaultValue = "authors",
            description =
                    "Whose preprocessing to use: authors, biofoundation; the second, for EAT, SSLAM and Audio-MAE, is"
                            + " that of the public BioFoundation code (default: ${DEFAULT-VALUE}).")
    private FrontEndSource frontEnd;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description = "An entry of the model's configuration, for a file without one, such as max_distance=800 for"
                    + " BEATs; may be repeated.")
    private Map<String, String> config = new LinkedHashMap<>();

    /**
     * An open encoder with its origin.
     *
     * @param encoder ready to run
     * @param hash SHA-256 of its file
     * @param origin the file, or {@link #EMBEDDED}
     * @param norm label of the preset of statistics, or null
     * @param config the given entries of the configuration
     * @param options the given options by name, to open the encoder again
     */
    public record Loaded(
            Encoder encoder,
            String hash,
            String origin,
            String norm,
            Map<String, String> config,
            Map<String, Object> options)
            implements BenchmarkEncoder {
        public Loaded {
            config = new TreeMap<>(config);
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }

        public Loaded(Encoder encoder, String hash, String origin, String norm, Map<String, String> config) {
            this(encoder, hash, origin, norm, config, Map.of());
        }

        /** A copy with an encoder that waits for a warm-up. */
        public Loaded after(EncoderWarmUp warmUp) {
            return new Loaded(encoder.after(warmUp), hash, origin, norm, config, options);
        }

        /** The cache key of its tokens. */
        @Override
        public CacheKey key(String resampling, DType dtype) {
            String frontEnd = encoder.describe().frontEnd() + ", resampling " + resampling;
            // Settings outside the file, such as the number of heads, make a different encoder from the same weights.
            String network = encoder.describe().name() + ": "
                    + encoder.describe().description() + (config.isEmpty() ? "" : " " + config);
            return new CacheKey(network, Sha256.of(hash + network), frontEnd, Sha256.of(frontEnd), dtype);
        }

        /** Records the encoder with all settings in effect. */
        @Override
        public RunRecord note(RunRecord record, String resampling) {
            record.result("encoder", origin)
                    .result("encoderSha256", hash)
                    .result("frontEnd", key(resampling, DType.F32).frontEnd());
            CacheOrigin.noteRowTimes(encoder.describe().rowTimes(), record);
            return record.result("encoderSettings", settings())
                    .result("encoderOptions", options)
                    .result("resampling", resampling);
        }

        /** All settings in effect by name. */
        @Override
        public Map<String, Object> settings() {
            EncoderSpec spec = encoder.describe();
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("model", spec.name());
            all.put("network", spec.description());
            all.put("config", config);
            all.put("norm", norm);
            all.put("frontEnd", spec.input().settings());
            all.put("grid", List.of(spec.time(), spec.freq()));
            return all;
        }
    }

    /** The built-in encoder. */
    public static Loaded embedded() {
        return new Loaded(Encoders.embedded(), Sha256.of(Encoders.embeddedBytes()), EMBEDDED, null, Map.of());
    }

    /**
     * Opens the encoder on the current backend.
     *
     * @param digests hashes its file
     * @throws CommandException if the options contradict each other or the encoder
     */
    public Loaded open(KnownDigests digests) throws IOException {
        EncoderSettings settings = settings();
        try {
            return open(encoder, settings, norm, digests);
        } catch (CommandException | UnusableCheckpointException e) {
            if (encoder.equals(EMBEDDED) || !window.inSeconds()) {
                throw e;
            }
            throw CommandException.usage(window.refused(e.getMessage()), e);
        }
    }

    /**
     * Opens an encoder on the current backend.
     *
     * @param encoder its file, or {@link #EMBEDDED}
     * @param settings those that differ from the authors'
     * @param norm label of the preset of statistics, or null
     * @param digests hashes its file
     * @throws CommandException if the settings contradict each other or the encoder
     */
    public static Loaded open(String encoder, EncoderSettings settings, String norm, KnownDigests digests)
            throws IOException {
        if (encoder.equals(EMBEDDED)) {
            if (norm != null || !settings.equals(EncoderSettings.AUTHORS)) {
                throw CommandException.usage(
                        "the encoder in the program has fixed settings: name a file with --encoder, or leave "
                                + "out --model, --window, --norm and the like");
            }
            return embedded();
        }
        if (norm != null && !(Double.isNaN(settings.mean()) && Double.isNaN(settings.std()))) {
            throw CommandException.usage(
                    "--norm " + norm + " states mean and standard deviation: leave out --norm-mean and --norm-std");
        }
        Path file = Path.of(encoder);
        if (!Files.isRegularFile(file)) {
            throw CommandException.input("no such encoder file: " + file);
        }
        FutureTask<String> hash = new FutureTask<>(() -> digests.of(file));
        Thread.ofPlatform().daemon().name("unmute-hash").start(hash);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            EncoderProvider provider =
                    Encoders.recognize(checkpoint, settings.model()).provider();
            EncoderSettings all =
                    norm == null ? settings : NormPreset.of(norm, provider).in(settings);
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("encoder", file.toAbsolutePath().normalize().toString());
            options.putAll(given(settings, norm));
            return new Loaded(Encoders.build(checkpoint, all), result(hash), encoder, norm, settings.config(), options);
        } catch (UnusableCheckpointException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
    }

    private static String result(FutureTask<String> hash) throws IOException {
        try {
            return hash.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the encoder's file was read");
        }
    }

    /** All settings by their names on the command line. */
    private static Map<String, Object> byName(EncoderSettings s, String norm) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", s.model());
        all.put("frames", s.frames());
        all.put("norm", norm);
        all.put("norm-mean", s.mean());
        all.put("norm-std", s.std());
        all.put("heads", s.heads());
        all.put("encoder-rate", s.sampleRate());
        all.put("hop", s.hopSeconds());
        all.put("front-end", s.frontEnd().name().toLowerCase(Locale.ROOT));
        all.put("config", new TreeMap<>(s.config()));
        return all;
    }

    /** The settings that differ from the authors', by their names on the command line. */
    private static Map<String, Object> given(EncoderSettings settings, String norm) {
        Map<String, Object> given = byName(settings, norm);
        given.entrySet().removeAll(byName(EncoderSettings.AUTHORS, null).entrySet());
        return given;
    }

    /** The names of the given options other than the file. */
    public List<String> givenNames() {
        return List.copyOf(given(settings(), norm).keySet());
    }

    /** The settings in a record's {@code encoderOptions}. */
    public static EncoderSettings recorded(JsonNode options) {
        Map<String, String> config = new LinkedHashMap<>();
        options.path("config")
                .properties()
                .forEach(e -> config.put(e.getKey(), e.getValue().asText()));
        return new EncoderSettings(
                options.path("model").asText(""),
                options.path("frames").asInt(),
                options.path("norm-mean").asDouble(Double.NaN),
                options.path("norm-std").asDouble(Double.NaN),
                options.path("heads").asInt(),
                options.path("encoder-rate").asInt(),
                options.path("hop").asDouble(),
                FrontEndSource.valueOf(
                        options.path("front-end").asText("authors").toUpperCase(Locale.ROOT)),
                config);
    }
    /** Whether an encoder other than the built-in one was given. */
    public boolean isNamed() {
        return !encoder.equals(EMBEDDED);
    }

    private EncoderSettings settings() {
        atLeastOne("--heads", heads);
        atLeastOne("--encoder-rate", rate);
        positive("--norm-std", std);
        positive("--hop", hop);
        if (mean != null && !Double.isFinite(mean)) {
            throw CommandException.usage("--norm-mean must be a number, is " + mean);
        }
        return new EncoderSettings(
                model == null ? "" : model,
                window.frames(),
                mean == null ? Double.NaN : mean,
                std == null ? Double.NaN : std,
                heads == null ? 0 : heads,
                rate == null ? 0 : rate,
                hop == null ? 0 : hop,
                frontEnd,
                config);
    }

    private static void positive(String option, Double value) {
        if (value != null && !(value > 0 && Double.isFinite(value))) {
            throw CommandException.usage(option + " must be a positive number, is " + value);
        }
    }

    private static void atLeastOne(String option, Integer value) {
        if (value != null && value < 1) {
            throw CommandException.usage(option + " must be at least 1, is " + value);
        }
    }
}
