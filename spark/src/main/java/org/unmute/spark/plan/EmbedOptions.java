package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.experiments.detection.DetectionRules;
import org.unmute.models.audio.Resampler;
import org.unmute.models.encoder.EncoderSettings;
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
 * @param probe file of a trained or packed probe, a path or a URI that Hadoop opens; null for none
 * @param probeSha256 as of the encoder's file
 * @param rules how scores over time become events
 * @param context seconds of sound around a moment that are scored as if they were a clip; NaN for the default
 * @param stride from one such stretch to the next, in seconds; NaN for the default
 * @param shipped whether files of encoder and probe come to the executors by {@code SparkFiles} under their own names,
 *     else each executor reads them from the file system they are on
 */
public record EmbedOptions(
        String encoder,
        String encoderSha256,
        EncoderSettings settings,
        String norm,
        Resampler.Kernel resampling,
        DType dtype,
        boolean layers,
        Pooling pooling,
        String probe,
        String probeSha256,
        DetectionRules rules,
        double context,
        double stride,
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
                Resampler.Kernel.HANN,
                DType.F16,
                false,
                Pooling.MEAN,
                null,
                null,
                DetectionRules.DEFAULTS,
                Double.NaN,
                Double.NaN,
                false);
    }
}
