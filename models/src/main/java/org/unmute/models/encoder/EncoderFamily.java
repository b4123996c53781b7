package org.unmute.models.encoder;

import java.util.List;
import java.util.Optional;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;

/**
 * One kind of encoder: how its checkpoints are recognised and what is built from them.
 *
 * @param name for instance {@code eat}
 * @param aliases other names under which it can be asked for, for encoders with the same code and tensors
 * @param keyMaps the namings its tensors have in files, the first that fits counts
 * @param reader builds the encoder
 */
public record EncoderFamily(String name, List<String> aliases, List<KeyMap> keyMaps, Reader reader) {
    /** Builds an encoder. */
    @FunctionalInterface
    public interface Reader {
        /**
         * @param file tensors under the model's own names; not needed afterwards
         * @throws org.unmute.models.checkpoint.UnusableCheckpointException if a tensor is missing or of another shape
         * @throws IllegalArgumentException if the settings do not fit
         */
        Encoder read(Checkpoint file, EncoderSettings settings);
    }

    /** Copies the lists. */
    public EncoderFamily {
        aliases = List.copyOf(aliases);
        keyMaps = List.copyOf(keyMaps);
    }

    /** Whether it goes by this name. */
    public boolean isNamed(String other) {
        return name.equals(other) || aliases.contains(other);
    }

    /**
     * Finds the family's tensors in a file.
     *
     * @param certain whether the file is known to be of this family, so that any prefix will do
     */
    public Optional<KeyMatch> match(Checkpoint file, boolean certain) {
        for (KeyMap map : keyMaps) {
            Optional<KeyMatch> match = map.match(file, certain);
            if (match.isPresent()) {
                return match;
            }
        }
        return Optional.empty();
    }
}
