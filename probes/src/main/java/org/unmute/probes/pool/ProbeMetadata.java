package org.unmute.probes.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.truth.StoredBoxes;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * The data that scoring needs besides the probe, and its form in a saved file. The components are those of {@link
 * TrainedProbe}.
 */
record ProbeMetadata(
        List<String> classes,
        boolean hasCls,
        boolean singleLabel,
        boolean soundOnly,
        @Nullable Standardization standardization,
        String encoderHash,
        String frontEndHash,
        @Nullable Decisions decisions,
        @Nullable EventDecisions eventDecisions,
        @Nullable TrainingBoxes boxes) {
    private static final String STANDARDIZATION = "standardization.";
    private static final String DECISIONS = "decisions.";
    private static final String RULE = "decision_rule";
    /** Present only in files of probes that leave padding out. */
    private static final String PADDING = "padding";

    private static final String LEFT_OUT = "left out";
    static final String FORMAT = "format";
    private static final String VERSION = "2";
    private static final String WITHOUT_DIGEST = "1";
    private static final String AGAIN = "copy the probe again from where it is whole, or train it again";

    /** A trained probe with this metadata. */
    TrainedProbe with(Probe probe) {
        return new TrainedProbe(
                probe,
                classes,
                hasCls,
                singleLabel,
                soundOnly,
                standardization,
                encoderHash,
                frontEndHash,
                decisions,
                eventDecisions,
                boxes);
    }

    /** A copy with other decisions. */
    ProbeMetadata with(@Nullable Decisions learned) {
        return with(soundOnly, learned, eventDecisions, boxes);
    }

    /** A copy with other decisions about events. */
    ProbeMetadata with(@Nullable EventDecisions learned) {
        return with(soundOnly, decisions, learned, boxes);
    }

    /** A copy with other boxes. */
    ProbeMetadata with(@Nullable TrainingBoxes taught) {
        return with(soundOnly, decisions, eventDecisions, taught);
    }

    /** A copy with padding left out or not. */
    ProbeMetadata withSoundOnly(boolean only) {
        return with(only, decisions, eventDecisions, boxes);
    }

    private ProbeMetadata with(
            boolean only, @Nullable Decisions clips, @Nullable EventDecisions events, @Nullable TrainingBoxes taught) {
        return new ProbeMetadata(
                classes, hasCls, singleLabel, only, standardization, encoderHash, frontEndHash, clips, events, taught);
    }

    /** Metadata with the components that {@link #check} examines. */
    static ProbeMetadata of(
            List<String> classes,
            @Nullable Standardization standardization,
            boolean hasCls,
            @Nullable Decisions decisions,
            @Nullable EventDecisions eventDecisions,
            @Nullable TrainingBoxes boxes) {
        return new ProbeMetadata(
                classes, hasCls, false, false, standardization, "", "", decisions, eventDecisions, boxes);
    }

    /** The rows of a recording that the probe pools. */
    TokenMap pooled(TokenMap map) {
        return soundOnly ? map.soundOnly() : map;
    }

    /**
     * @param expected number of classes
     * @param dim values per token
     * @throws IllegalArgumentException if the class names are not distinct, of the expected number and free of control
     *     characters, or the standardization or decisions do not fit
     */
    void check(int expected, int dim) {
        if (classes.size() != expected) {
            throw new IllegalArgumentException(
                    "trained probe: " + classes.size() + " names for " + expected + " classes");
        }
        ClassNames.require("trained probe: ", classes);
        if (standardization != null
                && (standardization.dim() != dim || hasCls != (standardization.clsMean() != null))) {
            throw new IllegalArgumentException("trained probe: standardization is of dim " + standardization.dim()
                    + (standardization.clsMean() == null ? " without cls" : " with cls") + ", the probe of dim " + dim
                    + (hasCls ? " with cls" : " without cls"));
        }
        if (decisions != null && decisions.classes() != expected) {
            throw new IllegalArgumentException(
                    "trained probe: decisions about " + decisions.classes() + " classes, the probe has " + expected);
        }
        if (eventDecisions != null && eventDecisions.classes().size() != expected) {
            throw new IllegalArgumentException("trained probe: event decisions about "
                    + eventDecisions.classes().size() + " classes, the probe has " + expected);
        }
        if (boxes != null && boxes.classes().size() != expected) {
            throw new IllegalArgumentException("trained probe: training boxes of "
                    + boxes.classes().size() + " classes, the probe has " + expected);
        }
    }

    /**
     * @param about prefix of messages
     * @param dim values per token
     * @throws IllegalArgumentException if the token map has another dim, or one of the two lacks a cls token
     */
    void requireFit(String about, TokenMap map, int dim) {
        if (map.dim() != dim || (map.cls() != null) != hasCls) {
            throw new IllegalArgumentException(about + "trained on tokens of dim " + dim
                    + (hasCls ? " with cls" : " without cls")
                    + ", the token map has dim " + map.dim() + (map.cls() != null ? " with cls" : " without cls")
                    + ": use the encoder whose tokens it was trained on");
        }
    }

    /**
     * @param about prefix of messages
     * @throws IllegalArgumentException if the key belongs to other tokens, or the encoder is not known
     */
    void requireTokensOf(String about, CacheKey key) {
        if (encoderHash.isEmpty() || frontEndHash.isEmpty()) {
            throw new IllegalArgumentException(
                    about + "it does not say on which encoder's tokens it was trained: train it with"
                            + " 'unmute probe', or give Result.trained the hashes of CacheKey.of");
        }
        if (!encoderHash.equals(key.encoderHash())) {
            throw new IllegalArgumentException(about + "trained on tokens of another encoder: its encoder hash is "
                    + encoderHash + ", that of '" + key.encoder() + "' is " + key.encoderHash()
                    + ": open the probe's encoder with the same settings");
        }
        if (!frontEndHash.equals(key.frontEndHash())) {
            throw new IllegalArgumentException(
                    about + "trained on tokens of the same encoder behind another front end: its front end"
                            + " hash is " + frontEndHash + ", that of '" + key.frontEnd() + "' is " + key.frontEndHash()
                            + ": open the encoder with the settings, and resample with the filter, of the probe's"
                            + " tokens");
        }
    }

    /**
     * Reads a saved probe. A file of the current version has a digest, which is verified; one of version 1 has none,
     * unless it was added later.
     *
     * @param what prefix of messages
     * @param format required format in the file's metadata, without the version
     * @throws MalformedFileException if it is not a safetensors file, or its bytes have changed since it was written
     * @throws IOException if it cannot be read or has another format; the message states the problem
     */
    static <T> T load(Path path, String what, String format, Function<SafetensorsFile, T> reader) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            String found = file.metadata().get(FORMAT);
            boolean current = (format + VERSION).equals(found);
            if (!current && !(format + WITHOUT_DIGEST).equals(found)) {
                throw new UnusableProbeException(what + ": " + path + " is no probe of format " + format
                        + WITHOUT_DIGEST + " or " + format + VERSION + ": its format is " + found);
            }
            if (current || file.hasDigest()) {
                file.requireDigest();
            }
            return reader.apply(file);
        } catch (MalformedFileException e) {
            throw e.advising(AGAIN);
        } catch (IllegalArgumentException e) {
            throw new UnusableProbeException(what + ": " + path + ": " + e.getMessage() + ": " + AGAIN, e);
        }
    }

    /** A writer for a file of a format, given without the version. The file will have a digest. */
    SafetensorsWriter file(String format) {
        SafetensorsWriter out = new SafetensorsWriter().withDigest().metadata(FORMAT, format + VERSION);
        addTo(out);
        return out;
    }

    private void addTo(SafetensorsWriter out) {
        out.metadata("classes", String.join("\n", classes))
                .metadata("cls", Boolean.toString(hasCls))
                .metadata("single_label", Boolean.toString(singleLabel))
                .metadata("encoder_hash", encoderHash)
                .metadata("front_end_hash", frontEndHash);
        if (soundOnly) {
            out.metadata(PADDING, LEFT_OUT);
        }
        if (standardization != null) {
            add(out, "token_mean", standardization.tokenMean());
            add(out, "token_deviation", standardization.tokenDeviation());
            add(out, "cls_mean", standardization.clsMean());
            add(out, "cls_deviation", standardization.clsDeviation());
        }
        if (decisions != null) {
            Shape shape = Shape.of(decisions.classes());
            out.metadata(RULE, decisions.rule().toString())
                    .metadata("decision_source", decisions.source())
                    .metadata("decision_clips", Integer.toString(decisions.clips()))
                    .add(DECISIONS + "positives", shape, decisions.positives())
                    .add(DECISIONS + "thresholds", shape, decisions.thresholds())
                    .add(DECISIONS + "slopes", shape, decisions.calibration().slopes())
                    .add(DECISIONS + "offsets", shape, decisions.calibration().offsets());
        }
        if (eventDecisions != null) {
            StoredEventDecisions.add(out, eventDecisions);
        }
        if (boxes != null) {
            StoredBoxes.add(out, boxes);
        }
    }

    private static void add(SafetensorsWriter out, String name, float @Nullable [] values) {
        if (values != null) {
            out.add(STANDARDIZATION + name, Shape.of(values.length), values);
        }
    }

    private static float @Nullable [] column(SafetensorsFile file, String name) {
        return file.has(STANDARDIZATION + name) ? file.floats(STANDARDIZATION + name) : null;
    }

    /** @throws IllegalArgumentException if something is missing or malformed */
    static ProbeMetadata of(SafetensorsFile file) {
        Map<String, String> about = file.metadata();
        Standardization standardization = null;
        float[] mean = column(file, "token_mean");
        if (mean != null) {
            float[] deviation = column(file, "token_deviation");
            if (deviation == null) {
                throw new IllegalArgumentException("standardization.token_deviation is missing");
            }
            standardization =
                    new Standardization(mean, deviation, column(file, "cls_mean"), column(file, "cls_deviation"));
        }
        return new ProbeMetadata(
                List.of(text(about, "classes").split("\n")),
                flag(about, "cls"),
                flag(about, "single_label"),
                soundOnly(about),
                standardization,
                text(about, "encoder_hash"),
                text(about, "front_end_hash"),
                about.containsKey(RULE) ? decisions(file, about) : null,
                StoredEventDecisions.of(file),
                StoredBoxes.of(file));
    }

    /** @throws IllegalArgumentException if something is missing or malformed */
    static TrainedProbe probe(SafetensorsFile file, Backend backend) {
        Map<String, String> about = file.metadata();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String name : file.names()) {
            if (name.startsWith(TrainedProbe.PARAMETER)) {
                parameters.put(
                        name.substring(TrainedProbe.PARAMETER.length()),
                        Tensor.of(backend, finite(file, name), file.shape(name).toArray()));
            }
        }
        String options = text(about, "options");
        Probe probe = Probes.of(
                text(about, "probe"),
                parameters,
                flag(about, "cls"),
                options.isEmpty() ? ProbeOptions.DEFAULTS : ProbeOptions.parse(options.split("\n")));
        return of(file).with(probe);
    }

    /** The entry is missing if padding counts as sound, and in files of earlier versions. */
    private static boolean soundOnly(Map<String, String> about) {
        String padding = about.getOrDefault(PADDING, "");
        if (!padding.isEmpty() && !padding.equals(LEFT_OUT)) {
            throw new IllegalArgumentException(
                    "the metadata's " + PADDING + " is not '" + LEFT_OUT + "': '" + padding + "'");
        }
        return !padding.isEmpty();
    }

    /** Files from before decisions were introduced have none. */
    private static Decisions decisions(SafetensorsFile file, Map<String, String> about) {
        for (String name : List.of("positives", "thresholds", "slopes", "offsets")) {
            if (!file.has(DECISIONS + name) || file.shape(DECISIONS + name).rank() != 1) {
                throw new IllegalArgumentException(DECISIONS
                        + name
                        + (file.has(DECISIONS + name)
                                ? " has shape " + file.shape(DECISIONS + name) + ", not one number a class"
                                : " is missing"));
            }
        }
        int clips;
        try {
            clips = Integer.parseInt(text(about, "decision_clips"));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the metadata's decision_clips is no number: '" + about.get("decision_clips") + "'", e);
        }
        return new Decisions(
                ThresholdRule.parse(text(about, RULE)),
                text(about, "decision_source"),
                clips,
                file.ints(DECISIONS + "positives"),
                file.doubles(DECISIONS + "thresholds"),
                new ScoreCalibration(file.doubles(DECISIONS + "slopes"), file.doubles(DECISIONS + "offsets")));
    }

    /**
     * The values of a tensor.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, since scores would be, too
     */
    static float[] finite(SafetensorsFile file, String name) {
        float[] values = file.floats(name);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("value " + i + " of '" + name + "' is " + values[i]
                        + ": its training diverged, or the file was changed: train the probe again");
            }
        }
        return values;
    }

    static String text(Map<String, String> about, String key) {
        String value = about.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the metadata has no " + key);
        }
        return value;
    }

    static boolean flag(Map<String, String> about, String key) {
        return switch (text(about, key)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                        "the metadata's " + key + " is neither true nor false: " + about.get(key));
        };
    }
}
