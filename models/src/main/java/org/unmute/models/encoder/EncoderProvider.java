package org.unmute.models.encoder;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;

/**
 * One kind of encoder: how its checkpoints are recognized and opened. Providers are found by {@link
 * java.util.ServiceLoader}, so a jar on the class path or module path adds its encoders to {@link Encoders}, and
 * thereby to every command.
 */
public interface EncoderProvider {
    /** The name of the encoder, for instance {@code eat}. */
    String name();

    /** Other names for this encoder, for instance those of encoders with the same code and tensor names. */
    default List<String> aliases() {
        return List.of();
    }

    /** The naming schemes that files use for the tensors; the first match is used. At least one. */
    List<KeyMap> keyMaps();

    /**
     * Order among kinds that match the same file: lower values are tried first. A kind that shares its tensor names
     * with others returns a positive value; third-party kinds with unique names leave it at 0.
     */
    default int rank() {
        return 0;
    }

    /**
     * Why a file belongs to another model although its names match a {@linkplain #keyMaps key map}, judged by the
     * shapes of its tensors or its metadata. Called only if neither the caller nor the file states the kind. Empty, as
     * here, if the names are sufficient; the file is then taken to be of this kind.
     *
     * @param file tensors under the names of the key map; required ones may be missing. Shapes are available without
     *     reading values.
     * @return what was found and what was expected, for the message if no other kind accepts the file, such as {@code
     *     'freq_pos_embed' is [1, 768, 4, 1], one row is expected}
     */
    default Optional<String> reasonAgainst(Checkpoint file) {
        return Optional.empty();
    }

    /**
     * Opens the encoder.
     *
     * @param file tensors under the names of the key map; not used after this call
     * @param settings where the caller departs from the authors' settings; a setting that is not supported is rejected
     * @throws org.unmute.models.checkpoint.UnusableCheckpointException if a tensor is missing or has another shape
     * @throws IllegalArgumentException if the settings do not fit
     */
    EncoderNetwork open(Checkpoint file, EncoderSettings settings);

    /** Names of the {@linkplain EncoderSettings#config configuration entries} that the encoder reads. */
    default Set<String> configEntries() {
        return Set.of();
    }

    /** Statistics of data sets that can replace those of the pre-training data. */
    default List<NormPreset> normPresets() {
        return List.of();
    }

    /** Published checkpoints, which {@link Releases#all} lists after the built-in ones. */
    default List<Release> releases() {
        return List.of();
    }
}
