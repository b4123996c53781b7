package org.unmute.models.encoder;

import java.util.List;
import java.util.stream.Stream;

/**
 * Statistics of the log mel energies of a data set, for {@code (x - mean) / (2 std)} in place of those of the
 * pre-training data. The encoders' authors fine-tune with some; the BAT code of co-authors of the probing paper has a
 * table of others. The paper does not say whether it used any of them; without a preset the authors' values for
 * AudioSet are used.
 *
 * @param label name on the command line: whose, and which data set; encoders may have presets of the same label
 * @param mean of the log energies
 * @param std standard deviation of the log energies, which are divided by twice this
 * @param frames of the recipe's window; 0 where only the statistics are stated
 */
public record NormPreset(String label, double mean, double std, int frames) {
    /** Every label, once. */
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
     * @throws IllegalArgumentException if the encoder has none of that label; the message lists those it has
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

    /** The settings with these statistics, and with the recipe's frames unless they state some. */
    public EncoderSettings in(EncoderSettings settings) {
        EncoderSettings with = settings.withNorm(mean, std);
        return frames != 0 && settings.frames() == 0 ? with.withFrames(frames) : with;
    }
}
