package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.experiments.detection.ContextSeconds;
import org.unmute.experiments.detection.DetectionRules;
import org.unmute.experiments.encoder.Resampling;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.tensor.DType;

/**
 * What results depend on besides the recordings. Travels from the driver to every executor.
 *
 * @param encoder file of the encoder, a path or a URI that Hadoop opens; {@value #EMBEDDED} for the one in the program
 * @param encoderSha256 what an executor must find the digest of that file to be, lower-case hexadecimal; null: not
 *     checked
 * @param settings that differ from the authors'
 * @param norm label of a preset of statistics, as {@code --norm}; null for none
 * @param resampling how recordings of another rate are converted
 * @param dtype how tokens are stored: {@link DType#F16} or {@link DType#F32}
 * @param layers whether the tokens after each block are stored, too
 * @param pooling how tokens become one vector
 * @param probe file of a trained or packed probe, or the folder of a run with one, a path or a URI that Hadoop opens;
 *     null for none
 * @param probeSha256 as of the encoder's file
 * @param rules how scores over time become events
 * @param context what sound the scores of a moment come from
 * @param shipped whether files of encoder and probe come to the executors by {@code SparkFiles} under their own names,
 *     else each executor reads them from the file system they are on
 */
public record EmbedOptions(
        String encoder,
        String encoderSha256,
        EncoderSettings settings,
        String norm,
        Resampling resampling,
        DType dtype,
        boolean layers,
        TokenPooling pooling,
        String probe,
        String probeSha256,
        DetectionRules rules,
        ContextSeconds context,
        boolean shipped)
        implements Serializable {
    /** The name of the encoder in the program. */
    public static final String EMBEDDED = "embedded";

    /** @throws IllegalArgumentException if tokens are to be stored as anything but F16 or F32 */
    public EmbedOptions {
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(resampling, "resampling");
        Objects.requireNonNull(pooling, "pooling");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(context, "context");
        if (dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("embed: tokens are stored as F16 or F32, not " + dtype);
        }
    }

    /** The authors' settings of an encoder, tokens as F16, their mean as the vector of a clip, no probe. */
    public static EmbedOptions of(String encoder) {
        return new EmbedOptions(
                encoder,
                null,
                EncoderSettings.AUTHORS,
                null,
                Resampling.hann,
                DType.F16,
                false,
                TokenPooling.MEAN,
                null,
                null,
                DetectionRules.DEFAULTS,
                ContextSeconds.DEFAULTS,
                false);
    }

    /** The same with other settings of the encoder and a preset of statistics. */
    public EmbedOptions withEncoderSettings(EncoderSettings others, String preset) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                others,
                preset,
                resampling,
                dtype,
                layers,
                pooling,
                probe,
                probeSha256,
                rules,
                context,
                shipped);
    }

    /** The same with other recordings' rates converted by this filter. */
    public EmbedOptions withResampling(Resampling filter) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                filter,
                dtype,
                layers,
                pooling,
                probe,
                probeSha256,
                rules,
                context,
                shipped);
    }

    /** The same with tokens stored in this way. */
    public EmbedOptions withTokens(DType type, boolean ofAllLayers) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                resampling,
                type,
                ofAllLayers,
                pooling,
                probe,
                probeSha256,
                rules,
                context,
                shipped);
    }

    /** The same with this vector of a clip. */
    public EmbedOptions withPooling(TokenPooling other) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                resampling,
                dtype,
                layers,
                other,
                probe,
                probeSha256,
                rules,
                context,
                shipped);
    }

    /** The same with this probe; null for none. */
    public EmbedOptions withProbe(String file) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                resampling,
                dtype,
                layers,
                pooling,
                file,
                null,
                rules,
                context,
                shipped);
    }

    /** The same with other rules for events. */
    public EmbedOptions withRules(DetectionRules others, ContextSeconds sound) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                resampling,
                dtype,
                layers,
                pooling,
                probe,
                probeSha256,
                others,
                sound,
                shipped);
    }

    /** The same with these files of encoder and probe, and their digests. */
    public EmbedOptions withFiles(String ofEncoder, String encoderDigest, String ofProbe, String probeDigest) {
        return new EmbedOptions(
                ofEncoder,
                encoderDigest,
                settings,
                norm,
                resampling,
                dtype,
                layers,
                pooling,
                ofProbe,
                probeDigest,
                rules,
                context,
                shipped);
    }

    /** The same with files that come by {@code SparkFiles}, or not. */
    public EmbedOptions withShipping(boolean bySparkFiles) {
        return new EmbedOptions(
                encoder,
                encoderSha256,
                settings,
                norm,
                resampling,
                dtype,
                layers,
                pooling,
                probe,
                probeSha256,
                rules,
                context,
                bySparkFiles);
    }
}
