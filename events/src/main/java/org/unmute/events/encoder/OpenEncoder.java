package org.unmute.events.encoder;

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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.unmute.audio.playback.Speed;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMatch;
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

/**
 * An open encoder with its origin. Like {@link Encoder}, it may be used by several threads at once.
 *
 * @param encoder ready to run
 * @param hash SHA-256 of its file, in hexadecimal
 * @param origin the file as it was given, or {@link #EMBEDDED}
 * @param norm label of the preset of statistics, or null
 * @param config the given entries of the configuration
 * @param options the given options by their names on the command line, to open the encoder again with {@link #recorded}
 * @param unknown tensors of its file in the encoder's place that it does not know ({@link KeyMatch#unknown})
 */
public record OpenEncoder(
        Encoder encoder,
        String hash,
        String origin,
        String norm,
        Map<String, String> config,
        Map<String, Object> options,
        List<String> unknown) {
    private static final int NAMED = 5;
    /** The name of the built-in encoder. */
    public static final String EMBEDDED = "embedded";

    public OpenEncoder {
        config = new TreeMap<>(config);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        unknown = List.copyOf(unknown);
    }

    /** An encoder that was not opened with options. */
    public OpenEncoder(Encoder encoder, String hash, String origin, String norm, Map<String, String> config) {
        this(encoder, hash, origin, norm, config, Map.of(), List.of());
    }

    /** The built-in encoder on the current backend. */
    public static OpenEncoder embedded() {
        return new OpenEncoder(Encoders.embedded(), Sha256.of(Encoders.embeddedBytes()), EMBEDDED, null, Map.of());
    }

    /**
     * Opens an encoder on the current backend.
     *
     * @param encoder its file, or {@link #EMBEDDED}
     * @param settings those that differ from the authors'
     * @param norm label of the preset of statistics, or null
     * @param digests hashes its file
     * @throws InputException if there is no such file
     * @throws SettingsException if the settings contradict each other or the encoder
     * @throws UnusableCheckpointException if the file is of no encoder that is known
     * @throws IOException if the file cannot be read
     */
    public static OpenEncoder open(String encoder, EncoderSettings settings, String norm, KnownDigests digests)
            throws IOException {
        if (encoder.equals(EMBEDDED)) {
            if (norm != null || !settings.withSpeed(Speed.NORMAL).equals(EncoderSettings.AUTHORS)) {
                throw new SettingsException(
                        "the encoder in the program has fixed settings: name a file with --encoder, or leave "
                                + "out --model, --window, --norm and the like");
            }
            OpenEncoder own = embedded();
            return new OpenEncoder(
                    own.encoder.atSpeed(settings.speed()),
                    own.hash,
                    own.origin,
                    null,
                    own.config,
                    given(settings, null),
                    own.unknown);
        }
        if (norm != null && !(Double.isNaN(settings.mean()) && Double.isNaN(settings.std()))) {
            throw new SettingsException(
                    "--norm " + norm + " states mean and standard deviation: leave out --norm-mean and --norm-std");
        }
        Path file = Path.of(encoder);
        if (!Files.isRegularFile(file)) {
            throw new InputException("no such encoder file: " + file);
        }
        FutureTask<String> hash = new FutureTask<>(() -> digests.of(file));
        Thread.ofPlatform().daemon().name("unmute-hash").start(hash);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Encoders.Recognized known = Encoders.recognize(checkpoint, settings.model());
            EncoderProvider provider = known.provider();
            requireKeys(settings.config().keySet(), provider);
            EncoderSettings all =
                    norm == null ? settings : NormPreset.of(norm, provider).in(settings);
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("encoder", file.toAbsolutePath().normalize().toString());
            options.putAll(given(settings, norm));
            return new OpenEncoder(
                    Encoders.build(checkpoint, all),
                    result(hash),
                    encoder,
                    norm,
                    settings.config(),
                    options,
                    known.match().unknown());
        } catch (UnusableCheckpointException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    private static void requireKeys(Set<String> asked, EncoderProvider provider) {
        Set<String> known = new TreeSet<>(provider.configEntries());
        for (String key : asked) {
            if (!known.contains(key)) {
                List<String> keys = new ArrayList<>(GivenSettings.KEYS);
                keys.addAll(known);
                throw new SettingsException(
                        provider.name() + ": there is no setting '" + key + "': there are " + String.join(", ", keys));
            }
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

    /**
     * The settings that differ from the authors', by their names on the command line.
     *
     * @param norm label of the preset of statistics, or null
     */
    public static Map<String, Object> given(EncoderSettings settings, String norm) {
        Map<String, Object> given = byName(settings, norm);
        given.entrySet().removeAll(byName(EncoderSettings.AUTHORS, null).entrySet());
        return given;
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
        all.put("speed", s.speed().toString());
        return all;
    }

    /** The settings in a record's {@code encoderOptions}, which are {@link #options} as JSON. */
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
                config,
                Speed.parse(options.path("speed").asText("1")));
    }

    /** Says which tensors of the file are not used although they lie where the encoder is; empty if there are none. */
    public Optional<String> remark() {
        if (unknown.isEmpty()) {
            return Optional.empty();
        }
        String some = String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size())));
        return Optional.of("encoder " + origin + ": the file holds " + Units.count(unknown.size(), "tensor")
                + " that " + encoder.describe().name() + " does not use: " + some
                + (unknown.size() > NAMED ? ", …" : "")
                + ": is it another model, or a variant? 'unmute convert --dry-run --all' lists all");
    }

    /** A copy with an encoder that waits for a warm-up. */
    public OpenEncoder after(EncoderWarmUp warmUp) {
        return new OpenEncoder(encoder.after(warmUp), hash, origin, norm, config, options, unknown);
    }

    /** A copy whose encoder gives the logits of its own head ({@link Encoder#withHead}). */
    public OpenEncoder withHead() {
        return new OpenEncoder(encoder.withHead(), hash, origin, norm, config, options, unknown);
    }

    /**
     * The cache key of its tokens.
     *
     * @param resampling the name of a {@link Resampling}
     * @param dtype as tokens are stored
     */
    public CacheKey key(String resampling, DType dtype) {
        String frontEnd = encoder.describe().frontEnd() + ", resampling " + resampling;
        // Settings outside the file, such as the number of heads, make a different encoder from the same weights.
        String network = encoder.describe().name() + ": " + encoder.describe().description()
                + (config.isEmpty() ? "" : " " + config);
        return new CacheKey(network, Sha256.of(hash + network), frontEnd, Sha256.of(frontEnd), dtype);
    }

    /** Adds the encoder with all settings in effect to {@code record} and returns it. */
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
