package org.unmute.models.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/** A file that holds a network and not only its tensors: one tensor of bytes, {@link Checkpoint#GRAPH}. */
record WholeFile(Path path, String encoder, Arena arena, MemorySegment bytes) implements Checkpoint {
    /**
     * Maps a file into memory.
     *
     * @param encoder the kind of encoder that reads it
     */
    static WholeFile open(Path path, String encoder) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel file = FileChannel.open(path)) {
            MemorySegment bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            return new WholeFile(path, encoder, arena, bytes);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public String origin() {
        return path.toString();
    }

    @Override
    public List<String> names() {
        return List.of(GRAPH);
    }

    @Override
    public Shape shape(String name) {
        return entry(name).shape();
    }

    @Override
    public float[] floats(String name) {
        throw new UnsupportedOperationException(origin() + " is a graph, whose bytes are no weights");
    }

    @Override
    public StoredTensor entry(String name) {
        if (!name.equals(GRAPH)) {
            throw new UnusableCheckpointException(
                    origin() + ": tensor '" + name + "' is missing: this file is a graph");
        }
        return new StoredTensor(name, StoredType.U8, Shape.of(bytes.byteSize()), bytes);
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of(KeyMatch.ENCODER, encoder);
    }

    @Override
    public String container() {
        return "ONNX";
    }

    @Override
    public void close() {
        arena.close();
    }
}
