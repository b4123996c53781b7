package org.unmute.models.encoder;

import java.util.List;
import java.util.stream.Stream;

/**
 * Statistics of the log mel energies of a data set, for {@code (x - mean) / (2 std)}, which replace those of the
 * pre-training data. The encoders' authors use some of them for fine-tuning; a table in the BAT code, by co-authors of
 * the probing paper, has others. The paper does not say whether it used any of them. Without a preset, the authors'
 * values for AudioSet are used.
 *
 * @param label name on the command line: source and data set; several encoders may have presets with the same label
 * @param mean of the log energies
 * @param std standard deviation of the log energies, which are divided by twice this
 * @param frames window of the recipe in frames; 0 if only the statistics are known
 */
public record NormPreset(String label, double mean, double std, int frames) {
    /** All labels, without duplicates. */
    public static List<String> labels() {
        return Encoders.providers().stream()
                .flatMap(NormPreset::labels)
                .distinct()
                .toList();
    }

    private static Stream<String> labels(EncoderProvider encoder) {
        return encoder.normPresets().stream().map(NormPreset::label);
    }

    /**
     * An encoder's preset.
     *
     * @throws IllegalArgumentException if the encoder has no preset with this label; the message lists its presets
     */
    public static NormPreset of(String label, EncoderProvider encoder) {
        return encoder.normPresets().stream()
                .filter(p -> p.label.equals(label))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> own = labels(encoder).toList();
                    List<String> others = Encoders.providers().stream()
                            .filter(e -> labels(e).anyMatch(label::equals))
                            .map(EncoderProvider::name)
                            .toList();
                    return new IllegalArgumentException("normalization '" + label + "' is not for " + encoder.name()
                            + (others.isEmpty() ? "" : " but for " + String.join(", ", others)) + ": "
                            + (own.isEmpty() ? "there is none for it" : "for it there are " + String.join(", ", own)));
                });
    }

    /** Puts these statistics into the settings, and the recipe's frames unless the settings state a number. */
    public EncoderSettings in(EncoderSettings settings) {
        EncoderSettings with = settings.withNorm(mean, std);
        return frames != 0 && settings.frames() == 0 ? with.withFrames(frames) : with;
    }
}
