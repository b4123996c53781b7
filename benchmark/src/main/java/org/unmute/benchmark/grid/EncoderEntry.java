package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.Optional;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSettings;

/**
 * An encoder of a grid.
 *
 * @param name name of its folder
 * @param title its name in tables
 * @param file its checkpoint; empty for the embedded encoder
 * @param settings settings that differ from the authors'
 * @param norm label of a {@link org.unmute.models.encoder.NormPreset}, whose mean, standard deviation and, unless the
 *     settings state one, window override the authors'
 */
public record EncoderEntry(
        String name, String title, Optional<Path> file, EncoderSettings settings, Optional<String> norm) {
    /** The path of its file, or {@link OpenEncoder#EMBEDDED}. */
    public String origin() {
        return file.map(Path::toString).orElse(OpenEncoder.EMBEDDED);
    }

    /** This entry with a data set's changes: its window, hop, statistics or preset override this entry's. */
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
     * A data set's changes to an encoder's settings: window, hop, mean and standard deviation.
     *
     * @param settings only these four count
     * @param norm label of a preset
     */
    record EncoderChange(EncoderSettings settings, Optional<String> norm) {}
}
