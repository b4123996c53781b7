package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.data.field.FieldRules;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.tensor.DType;

/**
 * Settings that results depend on, besides the recordings. Sent from the driver to every executor.
 *
 * @param files files of encoder and probe
 * @param resampling how recordings with other sample rates are converted
 * @param dtype how tokens are stored: {@link DType#F16} or {@link DType#F32}
 * @param layers whether the tokens after each block are stored, too
 * @param pooling how tokens are pooled into one vector
 * @param rules how scores over time become events
 * @param context which stretch of sound contributes to the scores at one moment
 * @param field how it is decided when and where recordings were made
 */
public record EmbedOptions(
        ModelFiles files,
        Resampling resampling,
        DType dtype,
        boolean layers,
        TokenPooling pooling,
        DetectionRules rules,
        ContextSeconds context,
        FieldRules field)
        implements Serializable {
    /** The name of the encoder that is built into the program. */
    public static final String EMBEDDED = OpenEncoder.EMBEDDED;

    /** @throws IllegalArgumentException if tokens are to be stored as anything but F16 or F32 */
    public EmbedOptions {
        Objects.requireNonNull(files, "files");
        Objects.requireNonNull(resampling, "resampling");
        Objects.requireNonNull(pooling, "pooling");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(field, "field");
        if (dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("embed: tokens are stored as F16 or F32, not " + dtype);
        }
    }

    /**
     * Default options: the authors' encoder settings, tokens as F16, their mean as the clip's vector, no probe.
     *
     * @param encoder file of the encoder, a path or a URI that Hadoop opens; {@value #EMBEDDED} for the built-in one
     */
    public static EmbedOptions of(String encoder) {
        return new EmbedOptions(
                new ModelFiles(encoder, null, EncoderSettings.AUTHORS, null, null, null, false),
                Resampling.hann,
                DType.F16,
                false,
                TokenPooling.MEAN,
                DetectionRules.DEFAULTS,
                ContextSeconds.DEFAULTS,
                FieldRules.DEFAULT);
    }

    /** Returns a copy with other encoder and probe files. */
    public EmbedOptions withFiles(ModelFiles others) {
        return new EmbedOptions(others, resampling, dtype, layers, pooling, rules, context, field);
    }

    /** Returns a copy with other encoder settings and a preset of statistics. */
    public EmbedOptions withEncoderSettings(EncoderSettings others, String preset) {
        return withFiles(files.withSettings(others, preset));
    }

    /** Returns a copy with this probe; null for none. */
    public EmbedOptions withProbe(String file) {
        return withFiles(files.withProbe(file));
    }

    /** Returns a copy that gets its files through {@code SparkFiles}, or not. */
    public EmbedOptions withShipping(boolean bySparkFiles) {
        return withFiles(files.withShipping(bySparkFiles));
    }

    /** Returns a copy that converts other sample rates with this filter. */
    public EmbedOptions withResampling(Resampling filter) {
        return new EmbedOptions(files, filter, dtype, layers, pooling, rules, context, field);
    }

    /** Returns a copy that stores tokens in this way. */
    public EmbedOptions withTokens(DType type, boolean ofAllLayers) {
        return new EmbedOptions(files, resampling, type, ofAllLayers, pooling, rules, context, field);
    }

    /** Returns a copy with this pooling. */
    public EmbedOptions withPooling(TokenPooling other) {
        return new EmbedOptions(files, resampling, dtype, layers, other, rules, context, field);
    }

    /** Returns a copy with other rules for events. */
    public EmbedOptions withRules(DetectionRules others, ContextSeconds sound) {
        return new EmbedOptions(files, resampling, dtype, layers, pooling, others, sound, field);
    }

    /** Returns a copy that decides in this way when and where recordings were made. */
    public EmbedOptions withField(FieldRules others) {
        return new EmbedOptions(files, resampling, dtype, layers, pooling, rules, context, others);
    }
}
