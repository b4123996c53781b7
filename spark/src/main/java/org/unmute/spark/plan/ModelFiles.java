package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.models.encoder.EncoderSettings;

/**
 * The files that executors compute with: an encoder and a probe, with the encoder's settings.
 *
 * @param encoder file of the encoder, a path or a URI that Hadoop opens; {@link EmbedOptions#EMBEDDED} for the built-in
 *     one
 * @param encoderSha256 the digest that executors require of that file, in lower-case hexadecimal; null to skip the
 *     check
 * @param settings settings that differ from the authors'
 * @param norm label of a preset of statistics, as in {@code --norm}; null for none
 * @param probe file of a trained or packed probe, or a run's folder that contains one, as a path or a URI that Hadoop
 *     opens; null for none
 * @param probeSha256 as {@code encoderSha256}, for the probe
 * @param shipped whether executors get the files through {@code SparkFiles} under their own names; otherwise each
 *     executor reads them from their file system
 */
public record ModelFiles(
        String encoder,
        String encoderSha256,
        EncoderSettings settings,
        String norm,
        String probe,
        String probeSha256,
        boolean shipped)
        implements Serializable {
    public ModelFiles {
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(settings, "settings");
    }

    /** Whether the encoder is the built-in one, which has no file. */
    public boolean isEmbedded() {
        return encoder.equals(EmbedOptions.EMBEDDED);
    }

    /** Returns a copy with other encoder settings and a preset of statistics. */
    ModelFiles withSettings(EncoderSettings others, String preset) {
        return new ModelFiles(encoder, encoderSha256, others, preset, probe, probeSha256, shipped);
    }

    /** Returns a copy with this probe; null for none. */
    ModelFiles withProbe(String file) {
        return new ModelFiles(encoder, encoderSha256, settings, norm, file, null, shipped);
    }

    /** Returns a copy that gets its files through {@code SparkFiles}, or not. */
    ModelFiles withShipping(boolean bySparkFiles) {
        return new ModelFiles(encoder, encoderSha256, settings, norm, probe, probeSha256, bySparkFiles);
    }
}
