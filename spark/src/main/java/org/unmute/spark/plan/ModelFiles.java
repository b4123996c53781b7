package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.Objects;
import org.unmute.models.encoder.EncoderSettings;

/**
 * What executors compute with: the files of an encoder and of a probe, and how the encoder is set up.
 *
 * @param encoder file of the encoder, a path or a URI that Hadoop opens; {@link EmbedOptions#EMBEDDED} for the one in
 *     the program
 * @param encoderSha256 what an executor must find the digest of that file to be, lower-case hexadecimal; null: not
 *     checked
 * @param settings that differ from the authors'
 * @param norm label of a preset of statistics, as {@code --norm}; null for none
 * @param probe file of a trained or packed probe, or the folder of a run with one, a path or a URI that Hadoop opens;
 *     null for none
 * @param probeSha256 as of the encoder's file
 * @param shipped whether the files come to the executors by {@code SparkFiles} under their own names, else each
 *     executor reads them from the file system they are on
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

    /** Whether the encoder is the one in the program, of which there is no file. */
    public boolean isEmbedded() {
        return encoder.equals(EmbedOptions.EMBEDDED);
    }

    /** The same with other settings of the encoder and a preset of statistics. */
    ModelFiles withSettings(EncoderSettings others, String preset) {
        return new ModelFiles(encoder, encoderSha256, others, preset, probe, probeSha256, shipped);
    }

    /** The same with this probe; null for none. */
    ModelFiles withProbe(String file) {
        return new ModelFiles(encoder, encoderSha256, settings, norm, file, null, shipped);
    }

    /** The same with files that come by {@code SparkFiles}, or not. */
    ModelFiles withShipping(boolean bySparkFiles) {
        return new ModelFiles(encoder, encoderSha256, settings, norm, probe, probeSha256, bySparkFiles);
    }
}
