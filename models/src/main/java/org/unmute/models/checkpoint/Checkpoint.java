package org.unmute.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.files.MalformedFileException;
import org.unmute.models.weights.FileKind;
import org.unmute.models.weights.TorchFile;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;
import org.unmute.tensor.io.TensorFile;

/** Named tensors that an encoder is built from, whatever the file format. */
public interface Checkpoint extends AutoCloseable {
    /** {@link #container} of a safetensors file. */
    String SAFETENSORS = "safetensors";

    /** The file's path, or what else names it, for messages. */
    String origin();

    /** Names of all tensors, in file order. */
    List<String> names();

    /** Whether there is a tensor of this name. */
    default boolean has(String name) {
        return names().contains(name);
    }

    /** The name of a tensor in the file, for messages; the same unless a key map renames it. */
    default String stored(String name) {
        return name;
    }

    /** Sizes of a tensor. */
    Shape shape(String name);

    /** Element type of a tensor in the file. */
    default StoredType type(String name) {
        return entry(name).type();
    }

    /** A copy of a tensor as float32, row-major. */
    float[] floats(String name);

    /** The values of {@link #floats}, to be read in pieces while the file is open. */
    default ElementSource source(String name) {
        float[] all = floats(name);
        return (from, to, at, count) -> System.arraycopy(all, Math.toIntExact(from), to, at, count);
    }

    /**
     * A tensor as stored in the file, in its own element type; readable until the file is closed.
     *
     * @throws UnsupportedOperationException if the tensors are in no file
     */
    default StoredTensor entry(String name) {
        throw new UnsupportedOperationException(origin() + " is not a file");
    }

    /**
     * What the file holds besides the tensors: a safetensors file's metadata, or the plain values of a PyTorch file by
     * dotted path ({@code cfg.encoder_layers}).
     */
    Map<String, String> metadata();

    /** What kind of file it is, for reports. */
    default String container() {
        return "none";
    }

    /** Objects of the file that are no plain data and are not read: dotted path and class. */
    default List<String> opaque() {
        return List.of();
    }

    /** Releases the file; tensors that were read stay valid. */
    @Override
    default void close() {}

    /**
     * Opens a checkpoint file; tensors are read when asked for. If the file states a digest, as those of {@code unmute
     * pretrain} do, it is checked.
     *
     * @throws MalformedFileException if it is no checkpoint that can be read here, or a damaged one
     * @throws IOException if it cannot be read
     */
    static Checkpoint open(Path path) throws IOException {
        FileKind kind = FileKind.of(path);
        return switch (kind) {
            case SAFETENSORS -> of(intact(path));
            case TORCH_ZIP, TORCH_LEGACY, PICKLED_MODULE -> of(TorchFile.open(path));
            default ->
                throw new MalformedFileException(
                        path.toString(),
                        0,
                        null,
                        "not-a-checkpoint",
                        "this is " + kind.description() + ": " + kind.advice());
        };
    }

    private static SafetensorsFile intact(Path path) throws IOException {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            if (file.hasDigest()) {
                file.requireDigest();
            }
            return file;
        } catch (MalformedFileException e) {
            file.close();
            throw e.advising("copy the encoder again from where it is whole, or train it again");
        }
    }

    /** An open file. A storage of PyTorch's whose checksum is wrong is refused when it is read. */
    static Checkpoint of(TensorFile file) {
        return new StoredCheckpoint(file);
    }
}
