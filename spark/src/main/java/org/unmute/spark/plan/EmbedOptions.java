package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.tensor.DType;

/**
 * What results depend on besides the recordings. Travels from the driver to every executor.
 *
 * @param files of encoder and probe
 * @param resampling how recordings of another rate are converted
 * @param dtype how tokens are stored: {@link DType#F16} or {@link DType#F32}
 * @param layers whether the tokens after each block are stored, too
 * @param pooling how tokens become one vector
 * @param rules how scores over time become events
 * @param context what sound the scores of a moment come from
 */
public record EmbedOptions(
        ModelFiles files,
        Resampling resampling,
        DType dtype,
        boolean layers,
        TokenPooling pooling,
        DetectionRules rules,
        ContextSeconds context)
        implements Serializable {
    /** The name of the encoder in the program. */
    public static final String EMBEDDED = OpenEncoder.EMBEDDED;

    /** @throws IllegalArgumentException if tokens are to be stored as anything but F16 or F32 */
    public EmbedOptions {
        Objects.requireNonNull(files, "files");
        Objects.requireNonNull(resampling, "resampling");
        Objects.requireNonNull(pooling, "pooling");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(context, "context");
        if (dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("embed: tokens are stored as F16 or F32, not " + dtype);
        }
    }

    /**
     * The authors' settings of an encoder, tokens as F16, their mean as the vector of a clip, no probe.
     *
     * @param encoder its file, a path or a URI that Hadoop opens; {@value #EMBEDDED} for the one in the program
     */
    public static EmbedOptions of(String encoder) {
        return new EmbedOptions(
                new ModelFiles(encoder, null, EncoderSettings.AUTHORS, null, null, null, false),
                Resampling.hann,
                DType.F16,
                false,
                TokenPooling.MEAN,
                DetectionRules.DEFAULTS,
                ContextSeconds.DEFAULTS);
    }

    /** The same with other files of encoder and probe. */
    public EmbedOptions withFiles(ModelFiles others) {
        return new EmbedOptions(others, resampling, dtype, layers, pooling, rules, context);
    }

    /** The same with other settings of the encoder and a preset of statistics. */
    public EmbedOptions withEncoderSettings(EncoderSettings others, String preset) {
        return withFiles(files.withSettings(others, preset));
    }

    /** The same with this probe; null for none. */
    public EmbedOptions withProbe(String file) {
        return withFiles(files.withProbe(file));
    }

    /** The same with files that come by {@code SparkFiles}, or not. */
    public EmbedOptions withShipping(boolean bySparkFiles) {
        return withFiles(files.withShipping(bySparkFiles));
    }

    /** The same with other recordings' rates converted by this filter. */
    public EmbedOptions withResampling(Resampling filter) {
        return new EmbedOptions(files, filter, dtype, layers, pooling, rules, context);
    }

    /** The same with tokens stored in this way. */
    public EmbedOptions withTokens(DType type, boolean ofAllLayers) {
        return new EmbedOptions(files, resampling, type, ofAllLayers, pooling, rules, context);
    }

    /** The same with this vector of a clip. */
    public EmbedOptions withPooling(TokenPooling other) {
        return new EmbedOptions(files, resampling, dtype, layers, other, rules, context);
    }

    /** The same with other rules for events. */
    public EmbedOptions withRules(DetectionRules others, ContextSeconds sound) {
        return new EmbedOptions(files, resampling, dtype, layers, pooling, others, sound);
    }
}
