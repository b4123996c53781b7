package org.unmute.models.encoder;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;

/**
 * One kind of encoder: how its checkpoints are recognized and opened. Found by {@link java.util.ServiceLoader}, so that
 * a jar on the class path or module path adds encoders to {@link Encoders}, and with it to every command.
 */
public interface EncoderProvider {
    /** What it is called, for instance {@code eat}. */
    String name();

    /** Other names under which it can be asked for, of encoders with the same code and tensor names. */
    default List<String> aliases() {
        return List.of();
    }

    /** The namings that its tensors have in files; the first that matches is used. At least one. */
    List<KeyMap> keyMaps();

    /**
     * Where it stands among kinds that match the same file: lower values are tried first. A kind whose tensor names
     * others have too returns a positive value; third-party kinds with names of their own leave it at 0.
     */
    default int rank() {
        return 0;
    }

    /**
     * Why a file that has the names of a {@linkplain #keyMaps key map} is another model's, where names do not tell:
     * judged by the shapes of its tensors, or by its metadata. Asked only where neither the caller nor the file states
     * the kind. Empty, as here, where names suffice; then the file is taken for this kind.
     *
     * @param file tensors under the names of the key map, of which required ones may be missing; its shapes are known,
     *     its values need not be read
     * @return what is there and what is expected, for the message if no other kind takes the file, such as {@code
     *     'freq_pos_embed' is [1, 768, 4, 1], one row is expected}
     */
    default Optional<String> reasonAgainst(Checkpoint file) {
        return Optional.empty();
    }

    /**
     * Opens the encoder.
     *
     * @param file tensors under the names of the key map; not used after this call
     * @param settings what the caller wants otherwise than the authors; a setting that cannot be followed is refused
     * @throws org.unmute.models.checkpoint.UnusableCheckpointException if a tensor is missing or has another shape
     * @throws IllegalArgumentException if the settings do not fit
     */
    EncoderNetwork open(Checkpoint file, EncoderSettings settings);

    /** Names of the {@linkplain EncoderSettings#config configuration entries} that it reads. */
    default Set<String> configEntries() {
        return Set.of();
    }

    /** Statistics of data sets that can take the place of those of the pre-training data. */
    default List<NormPreset> normPresets() {
        return List.of();
    }

    /** Published checkpoints, to be listed by {@link Releases#all} after those that are listed there. */
    default List<Release> releases() {
        return List.of();
    }
}
