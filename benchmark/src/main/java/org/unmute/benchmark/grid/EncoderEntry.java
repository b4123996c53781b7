package org.unmute.benchmark.grid;

import java.nio.file.Path;
import java.util.Optional;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSettings;

/**
 * An encoder of a grid.
 *
 * @param name name of its folder
 * @param title display name in tables
 * @param file its checkpoint; empty for the embedded encoder
 * @param settings settings that override the authors'
 * @param norm label of a {@link org.unmute.models.encoder.NormPreset}, whose mean, standard deviation and window
 *     override the authors'; a window in the settings takes precedence
 */
public record EncoderEntry(
        String name, String title, Optional<Path> file, EncoderSettings settings, Optional<String> norm) {
    /** The path of the checkpoint, or {@link OpenEncoder#EMBEDDED}. */
    public String origin() {
        return file.map(Path::toString).orElse(OpenEncoder.EMBEDDED);
    }

    /** A copy with the changes for a data set, whose window, hop, statistics or preset override this entry's. */
    EncoderEntry with(EncoderChange change) {
        EncoderSettings s = settings;
        Optional<String> preset = norm;
        if (change.norm().isPresent()) {
            preset = change.norm();
            s = s.withNorm(Double.NaN, Double.NaN).withFrames(0); // the preset's window, unless the change states one
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
     * Changes to the settings of an encoder for a data set: window, hop, mean and standard deviation.
     *
     * @param settings only these four are used
     * @param norm label of a preset
     */
    record EncoderChange(EncoderSettings settings, Optional<String> norm) {}
}
