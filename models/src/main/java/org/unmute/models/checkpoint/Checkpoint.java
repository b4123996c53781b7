package org.unmute.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    /** The one tensor of a file that is a graph: its bytes. */
    String GRAPH = "onnx.graph";

    /** The path of the file, or another name for it, for use in messages. */
    String origin();

    /** Names of all tensors, in file order. */
    List<String> names();

    /** Whether the file has a tensor with this name. */
    default boolean has(String name) {
        return names().contains(name);
    }

    /**
     * The name of a tensor in the file, for use in messages. Differs from {@code name} only if a key map renames
     * tensors.
     */
    default String stored(String name) {
        return name;
    }

    /** Shape of a tensor. */
    Shape shape(String name);

    /** Element type of a tensor in the file. */
    default StoredType type(String name) {
        return entry(name).type();
    }

    /** A copy of a tensor as float32, row-major. */
    float[] floats(String name);

    /** The values of {@link #floats}, for reading in pieces while the file is open. */
    default ElementSource source(String name) {
        float[] all = floats(name);
        return (from, to, at, count) -> System.arraycopy(all, Math.toIntExact(from), to, at, count);
    }

    /** Says that a tensor has been read: its bytes need not stay in memory ({@link StoredTensor#unload}). */
    default void unload(String name) {}

    /**
     * A tensor as stored in the file, in its own element type. It can be read until the file is closed.
     *
     * @throws UnsupportedOperationException if the tensors do not come from a file
     */
    default @Nullable StoredTensor entry(String name) {
        throw new UnsupportedOperationException(origin() + " is not a file");
    }

    /**
     * Contents of the file other than tensors: the metadata of a safetensors file, or the plain values of a PyTorch
     * file by dotted path ({@code cfg.encoder_layers}).
     */
    Map<String, String> metadata();

    /** The file format, for reports. */
    default String container() {
        return "none";
    }

    /** Objects in the file that are not plain data and are not read, as dotted path and class. */
    default List<String> opaque() {
        return List.of();
    }

    /** Closes the file; tensors already read stay valid. */
    @Override
    default void close() {}

    /**
     * Opens a checkpoint file; tensors are read on request. If the file states its digest, as files written by
     * {@code unmute pretrain} do, the digest is checked. An ONNX graph is one tensor of bytes, {@link #GRAPH}.
     *
     * @throws MalformedFileException if the file is damaged or is not a checkpoint that can be read here
     * @throws IOException if the file cannot be read
     */
    static Checkpoint open(Path path) throws IOException {
        FileKind kind = FileKind.of(path);
        return switch (kind) {
            case SAFETENSORS -> of(intact(path));
            case TORCH_ZIP, TORCH_LEGACY, PICKLED_MODULE -> of(TorchFile.open(path));
            case ONNX -> WholeFile.open(path, "onnx");
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

    /** Wraps an open file. In a PyTorch file, a storage with a wrong checksum is rejected when it is read. */
    static Checkpoint of(TensorFile file) {
        return new StoredCheckpoint(file);
    }
}
