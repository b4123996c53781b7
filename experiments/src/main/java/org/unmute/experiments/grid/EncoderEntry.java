package org.unmute.experiments.grid;

import java.nio.file.Path;
import java.util.Optional;
import org.unmute.models.encoder.EncoderSettings;

/**
 * An encoder of a grid.
 *
 * @param name of its folder
 * @param title for tables
 * @param file its checkpoint; empty for the encoder in the program
 * @param settings what is not the authors' choice
 * @param norm label of a {@link org.unmute.models.encoder.NormPreset}, whose mean and deviation, and window unless the
 *     settings state one, go before the authors'
 */
public record EncoderEntry(
        String name, String title, Optional<Path> file, EncoderSettings settings, Optional<String> norm) {
    /** The origin of the encoder in the program, in place of a file. */
    public static final String EMBEDDED = "embedded";

    /** Whether it is the one in the program. */
    public boolean isEmbedded() {
        return file.isEmpty();
    }

    /** What a data set wants otherwise; a window and statistics of its own, or a preset, go before this entry's. */
    EncoderEntry with(EncoderChange change) {
        EncoderSettings s = settings;
        Optional<String> preset = norm;
        if (change.norm().isPresent()) {
            preset = change.norm();
            s = s.withNorm(Double.NaN, Double.NaN).withFrames(0); // the preset's, unless the change states a window
        } else if (!Double.isNaN(change.settings().mean())
                || !Double.isNaN(change.settings().std())) {
            preset = Optional.empty();
            s = s.withNorm(change.settings().mean(), change.settings().std());
        }
        s = change.settings().frames() == 0 ? s : s.withFrames(change.settings().frames());
        s = change.settings().hopSeconds() == 0
                ? s
                : s.withHop(change.settings().hopSeconds());
        return new EncoderEntry(name, title, file, s, preset);
    }

    /**
     * What a data set wants of one encoder: window, hop, mean and deviation.
     *
     * @param settings only these four count
     * @param norm label of a preset
     */
    record EncoderChange(EncoderSettings settings, Optional<String> norm) {}
}
